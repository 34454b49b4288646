// Light, dark or print: as the system has it until somebody chooses; the choice is part of the address.

/** @typedef {import("./state.js").Store} Store */

/** @param {Store} store */
export function followTheme(store) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = store.get().options["theme"];
    document.documentElement.dataset["theme"] = chosen ?? (system.matches ? "dark" : "light");
  };
  store.watch((state) => state.options["theme"], apply);
  system.addEventListener("change", apply);
}

export const isDark = () => document.documentElement.dataset["theme"] === "dark";
