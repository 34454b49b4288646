// A lab in a frame: loaded only when the address asks for one.

import { createApi } from "./api.js";
import { mountDiagram } from "./diagram/panel.js";
import { mountLabs } from "./labs/labs.js";
import { createSession } from "./session.js";
import { createStudies } from "./studies.js";

/** @param {import("./state.js").Store} store @param {import("./viewer.js").Viewer} viewer @param {import("./types.js").Boot} boot @param {string} base */
export function embedLabs(store, viewer, boot, base) {
  const session = createSession(store, createApi(base));
  /** @type {import("./labs/labs.js").LabTools} */
  const tools = {
    studies: createStudies(base), base, say: viewer.say, goTo: viewer.playback.goTo, inspect: null,
    setOptions: session.setOptions, setMoment: session.setMoment, refresh: () => void session.ask(), setSource: null, example: null, gallery: boot.gallery,
  };
  mountLabs(store, viewer.dock, tools);
  mountDiagram(store, viewer.stage.element, tools);
}
