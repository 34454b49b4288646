// The player without the editor, for an iframe.

import { linkOptions } from "./address.js";
import { baseOf, readBoot, stateOf } from "./boot.js";
import { need } from "./dom.js";
import { drawIcons } from "./icons.js";
import { listenToKeys } from "./keys.js";
import { pageLink } from "./links.js";
import { followPresent } from "./present.js";
import { createStore } from "./store.js";
import { mountViewer } from "./viewer.js";

const boot = readBoot();
const store = createStore(stateOf(boot));
const { options } = store.get();

const controls = /** @type {import("./timeline.js").Controls} */ (options["controls"] ?? "full");
document.documentElement.dataset["theme"] = options["theme"] ?? "light";
document.documentElement.dataset["controls"] = controls;
const background = options["bg"] ?? "transparent";
if (background !== "transparent") document.body.style.background = background === "theme" ? "var(--stage)" : background;

drawIcons(document);
// A wheel over the picture scrolls the page it is part of.
const viewer = mountViewer(need("#viewer"), store, { controls, wheel: false });
const { playback, stage } = viewer;
followPresent(store, viewer);
if (options["lab"] || options["stage"] === "diagram") void import("./embed-labs.js").then(({ embedLabs }) => embedLabs(store, viewer, boot, baseOf(boot)));
listenToKeys({ ...playback, fit: stage.fit, zoomIn: stage.zoomIn, zoomOut: stage.zoomOut });

// "Open" leads to the same moment, edits welcome.
const open = /** @type {HTMLAnchorElement | null} */ (document.querySelector("#open"));
store.watch((state) => state.step, () => {
  const { trace } = store.get();
  if (open && trace) open.href = pageLink(baseOf(boot), trace.code, linkOptions(store.get()));
});

if (options["autoplay"] === "1") {
  playback.first();
  playback.play();
}
document.documentElement.dataset["ready"] = "true";
