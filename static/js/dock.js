// The one panel beside the graph: what is opened takes the place of what was open. Escape closes it.

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {ReturnType<typeof createDock>} Dock */
/** @typedef {{name: string, title: Node | string, body: HTMLElement, tools?: HTMLElement | null, onClose?: () => void}} Panel */

export function createDock() {
  const title = h("h2", { class: "dock-title", id: "dock-title", tabindex: -1 });
  const tools = h("div", { class: "dock-tools" });
  const close = h("button", { type: "button", class: "tool", "aria-label": "Close panel", title: "Close panel", onclick: () => dock.close() }, icon("close"));
  const scroll = h("div", { class: "dock-body", tabindex: 0, role: "group", "aria-labelledby": "dock-title" });
  const element = h("aside", { class: "dock", "aria-labelledby": "dock-title", hidden: true }, h("div", { class: "dock-head" }, title, tools, close), scroll);
  /** @type {Panel | null} */
  let open = null;
  /** @type {Element | null} */
  let opener = null;

  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.stopPropagation();
    dock.close();
  });

  const dock = {
    element,
    /** @returns {string | null} what is open */
    name: () => open?.name ?? null,
    /** @param {Panel} panel @param {{focus?: boolean}} [how] */
    open(panel, { focus = false } = {}) {
      const before = open;
      open = panel;
      if (before && before.name !== panel.name) before.onClose?.();
      if (document.activeElement && !element.contains(document.activeElement)) opener = document.activeElement;
      title.replaceChildren(panel.title);
      tools.replaceChildren(...(panel.tools ? [panel.tools] : []));
      if (scroll.firstElementChild !== panel.body) {
        scroll.replaceChildren(panel.body);
        scroll.scrollTop = 0;
      }
      element.dataset["panel"] = panel.name;
      element.hidden = false;
      if (focus) title.focus();
    },
    close() {
      if (!open) return;
      const { onClose } = open;
      const inside = element.contains(document.activeElement);
      open = null;
      element.hidden = true;
      scroll.replaceChildren();
      onClose?.();
      if (inside && (opener instanceof HTMLElement || opener instanceof SVGElement) && opener.isConnected) opener.focus();
    },
  };
  return dock;
}
