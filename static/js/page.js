// The page: wiring only.

import { createAddress, lastProgram } from "./address.js";
import { createApi } from "./api.js";
import { baseOf, readBoot, stateOf } from "./boot.js";
import { mountDiagram } from "./diagram/panel.js";
import { createDivider } from "./divider.js";
import { need } from "./dom.js";
import { createEditor } from "./editor.js";
import { fillGallery } from "./gallery.js";
import { createEdits } from "./edits.js";
import { pressedOperation } from "./expansion.js";
import { createHelp } from "./help.js";
import { drawIcons } from "./icons.js";
import { createInputs, createKnobs } from "./inputs.js";
import { createInspector } from "./inspector.js";
import { listenToKeys } from "./keys.js";
import { mountLabs } from "./labs/labs.js";
import { createMenu } from "./menu.js";
import { createNodeEdit } from "./node-edit.js";
import { createOutput } from "./output.js";
import { createPresent } from "./present.js";
import { createSession } from "./session.js";
import { fillShareMenu } from "./share.js";
import { createStore } from "./store.js";
import { createStudies } from "./studies.js";
import { createTable } from "./table.js";
import { followTheme, isDark } from "./theme.js";
import { fillViewMenu } from "./view-menu.js";
import { mountViewer } from "./viewer.js";

const boot = readBoot();
const base = baseOf(boot);
const store = createStore(stateOf(boot));
const session = createSession(store, createApi(base));

followTheme(store);
drawIcons(document);

const viewer = mountViewer(need("#viewer"), store);
const editor = createEditor(need("#editor"), store, {
  operations: boot.operations,
  onEdit: session.edit,
  onLeave: () => viewer.stage.element.focus({ preventScroll: true }),
});
const inputs = /** @type {HTMLDetailsElement} */ (need("#inputs"));
createOutput(need("#output"), store, {
  goTo: editor.goTo,
  applyFix: (problem) => {
    editor.applyFix(problem);
    // A name that was made up gets a slider to play with.
    if (problem.hint?.startsWith("Add ")) inputs.open = true;
  },
});
const knobs = createKnobs(store, session);
createInputs(inputs, store, knobs);
createEdits(need("#edits"), store, session, viewer.say);
createTable(need("#values"), store);
createDivider(need("#divider"), need("#work"));

const studies = createStudies(base);
const inspector = createInspector(store, {
  dock: viewer.dock,
  operations: boot.operations,
  goTo: viewer.playback.goTo,
  source: editor.goTo,
  knobs,
  studies,
  setOptions: session.setOptions,
  edit: (id) => nodeEdit.open(id),
});
viewer.onInspect((id, focus) => {
  session.setOptions({ lab: "" });
  inspector.show(id, focus);
});
const nodeEdit = createNodeEdit(store, { viewer, session, operations: boot.operations, onRenamed: inspector.follow });
viewer.onEdit(nodeEdit.open);
viewer.onFold(session.setOptions);
viewer.onOperation((id) => {
  const { trace, options } = store.get();
  const node = trace?.nodes.find((each) => each.id === id);
  const next = node && pressedOperation(options["expand"] ?? "", node, boot.operations);
  if (!next) return false;
  viewer.keepInSight(node.expands ? node.key : (node.expanded_from?.split("@")[1] ?? node.key));
  session.setOptions({ expand: next.expand });
  viewer.say(next.said);
  return true;
});
/** @type {import("./labs/labs.js").LabTools} */
const tools = {
  studies,
  base,
  say: viewer.say,
  goTo: viewer.playback.goTo,
  inspect: (id) => inspector.show(id),
  setOptions: session.setOptions,
  setMoment: session.setMoment,
  refresh: () => void session.ask(),
  setSource: (source) => session.restore({ source, inputs: {} }),
  example: (slug) => {
    const example = boot.gallery.find((each) => each.slug === slug);
    if (example) void openExample(example, store.get().options["lab"] ?? "");
  },
  gallery: boot.gallery,
};
const labs = mountLabs(store, viewer.dock, tools);
mountDiagram(store, viewer.stage.element, tools);
for (const name of ["plot", "train", "code"]) {
  const button = need(`#${name}-button`);
  button.addEventListener("click", () => session.setOptions({ lab: store.get().options["lab"] === name ? "" : name }));
  store.watch((state) => state.options["lab"] === name, (open) => button.setAttribute("aria-pressed", String(open)));
}
{
  // In the graph's place, so that what is open beside it stays; there it can be moved beside the graph.
  const button = need("#diagram-button");
  /** @param {import("./state.js").State} state */
  const isShown = ({ options }) => options["stage"] === "diagram" || options["lab"] === "diagram";
  button.addEventListener("click", () => {
    const { lab = "" } = store.get().options;
    session.setOptions(isShown(store.get()) ? { stage: "", lab: lab === "diagram" ? "" : lab } : { stage: "diagram" });
  });
  store.watch(isShown, (shown) => button.setAttribute("aria-pressed", String(shown)));
}

const address = createAddress(store, {
  base,
  onBack: (saved) => {
    viewer.stage.reset();
    void session.open(saved);
  },
});

/** @param {string} name @param {(panel: HTMLElement) => {reset?: () => void} | void} fill */
function menu(name, fill) {
  const panel = need(`#${name}-panel`);
  const filled = fill(panel);
  return createMenu(need(`#${name}-button`), panel, { onOpen: () => filled?.reset?.() });
}
const gallery = menu("gallery", (panel) => fillGallery(panel, boot.gallery, (example, lab) => {
  gallery.close();
  void openExample(example, lab ?? "");
}));

/** @param {import("./types.js").Example} example @param {string} lab  what is open beside it */
async function openExample(example, lab) {
  address.nextIsNew();
  viewer.stage.reset();
  const { quiz: _quiz, highlight: _highlight, lab: _lab, iteration: _iteration, versus: _versus, train: _train, ...options } = store.get().options;
  await session.open({ source: example.source, options: { ...options, ...(lab ? { lab } : {}) } });
  viewer.say(`${example.title} opened. ${labs.story()}`.trimEnd());
}
menu("view", (panel) => fillViewMenu(panel, store, session, boot.operations));
menu("share", (panel) => fillShareMenu(panel, store, { base, say: viewer.say }));

const help = createHelp(boot.operations);
need("#help-button").addEventListener("click", help.open);
need("#theme-button").addEventListener("click", () => session.setOptions({ theme: isDark() ? "light" : "dark" }));

const present = createPresent(store, { viewer, button: need("#present-button"), setOptions: session.setOptions });
const { playback, stage } = viewer;
listenToKeys({ ...playback, present: present.toggle, fit: stage.fit, zoomIn: stage.zoomIn, zoomOut: stage.zoomOut, help: help.open });

// A plain address opens what was last worked on.
const plain = location.pathname === base && !new URLSearchParams(location.search).has("e");
const last = plain ? lastProgram() : null;
if (last && (last.source !== store.get().source || last.step)) await session.open({ ...last, options: { ...last.options, ...store.get().options } });
// The program is right, only the step it was asked for does not exist: show it all the same.
else if (!store.get().trace && boot.problem?.code === "step") await session.ask();
if (Object.keys(store.get().inputs).length > 0) await session.learn();
address.start();
document.documentElement.dataset["ready"] = "true";
