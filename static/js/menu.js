// A button that shows a panel: the disclosure pattern. Escape and a press elsewhere close it; the focus goes back to the button.

/** @param {HTMLButtonElement} button @param {HTMLElement} panel @param {{onOpen?: () => void}} [how] */
export function createMenu(button, panel, { onOpen } = {}) {
  panel.hidden = true;
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", panel.id);

  /** @param {boolean} open @param {boolean} [refocus] */
  function set(open, refocus = false) {
    if (Boolean(panel.hidden) !== open) return;
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) onOpen?.();
    else if (refocus) button.focus();
  }

  button.addEventListener("click", () => set(Boolean(panel.hidden)));
  for (const part of [button, panel]) {
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || panel.hidden) return;
      event.stopPropagation();
      set(false, true);
    });
    part.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !panel.contains(relatedTarget) && relatedTarget !== button) set(false);
    });
  }
  document.addEventListener("pointerdown", (event) => {
    const path = event.composedPath();
    if (!path.includes(panel) && !path.includes(button)) set(false);
  });
  return { close: () => set(false, true) };
}
