// The time machine: train the program, then walk through the iterations. The graph, its numbers and the tables follow.

import { messageOf } from "../api.js";
import { h, withCode } from "../dom.js";
import { formatNumber } from "../format.js";
import { stepsOf } from "../relations.js";
import { optimizerOf } from "../tables.js";
import { askTraining, followTraining } from "./ask.js";
import { createBoundary } from "./boundary.js";
import { createComparison } from "./comparison.js";
import { createCurve } from "./curve.js";
import { createDataMenu } from "./data-menu.js";
import { createExports } from "./exports.js";
import { createKnobs } from "./knobs.js";
import { numbersOf } from "./numbers.js";
import { createRun, mostSteps, placeOfStop, trainedWords } from "./run.js";
import { createScrubber } from "./scrubber.js";
import { versusOf, versusText, momentQuestion, optionsOf, sameSettings, settingsOf, trainingNames, wordsFor } from "./settings.js";
import { parametersTable, predictionsTable } from "./tables.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./run.js").Run} Run */

/** Milliseconds. A run that took less is made again whenever a knob turns. */
const QUICK = 600;
const REST = 200;

/**
 * @param {HTMLElement} body
 * @param {import("../state.js").Store} store
 * @param {import("../labs/labs.js").LabTools} tools
 */
export function createTraining(body, store, { base, say, goTo, setOptions, setMoment, setSource, refresh }) {
  let settings = settingsOf(store.get().options);
  /** @type {Run | null} */
  let run = null;
  let at = 0;
  let quick = true;
  let open = false;
  /** @type {AbortController | null} */
  let asking = null;
  /** Grads that only the server knows, of one iteration. @type {{iteration: number, grads: (number | null)[], predictions: (number | null)[]} | null} */
  let looked = null;
  /** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */
  const timers = {};
  /** @param {string} name @param {() => void} act @param {number} [wait] */
  const soon = (name, act, wait = REST) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(act, wait);
  };

  const knobs = createKnobs((next) => {
    const before = settings;
    settings = next;
    comparison.follow(next);
    remember();
    if (next.train !== before.train) void learn();
    again();
  });
  const comparison = createComparison(settings, () => {
    remember();
    again();
  });
  const scrubber = createScrubber({ goTo: (iteration) => show(iteration) });
  const curve = createCurve({ goTo: (iteration) => (scrubber.pause(), show(iteration)) });
  const exports = createExports(base);
  const boundary = createBoundary(base, () => document.documentElement.dataset["theme"]);
  const parameters = parametersTable();
  const predictions = predictionsTable();
  const data = createDataMenu({
    source: () => store.get().source,
    use(source, advice, words) {
      if (advice) {
        settings = { ...settings, ...advice };
        knobs.set(settings);
        comparison.follow(settings);
        remember();
      }
      setSource?.(source);
      wanted = "last";
      say(words);
    },
  });

  const trainButton = h("button", { type: "button", class: "train-button", onclick: () => void train() }, "Train");
  const cancel = h("button", { type: "button", class: "fix", hidden: true, onclick: () => stopAsking("Cancelled. Nothing was changed.") }, "Cancel");
  const progress = h("progress", { class: "train-progress", hidden: true, "aria-label": "Training" });
  const loss = h("span", { class: "train-loss" });
  const sentence = h("p", { class: "lab-sentence" });
  const stop = h("div", { class: "train-stop", hidden: true });
  const scale = h("div", { class: "chips", role: "group", "aria-label": "Axis of the loss" }, ...["linear", "log"].map((value) => {
    const button = h("button", { type: "button", class: "chip-button", "aria-pressed": String(value === "linear") }, value);
    button.addEventListener("click", () => {
      for (const other of scale.children) other.setAttribute("aria-pressed", String(other === button));
      curve.setLog(value === "log");
      exports.setScale(value);
    });
    return button;
  }));
  const results = [
    h("section", { class: "train-curve", "aria-label": "Loss", hidden: true }, h("div", { class: "train-tools" }, h("h3", {}, "Loss"), scale, exports.element), curve.element, comparison.element, comparison.table),
    h("section", { class: "train-predictions", "aria-label": "Predictions", hidden: true }, h("h3", {}, "Predictions"), boundary.element, predictions.element),
    h("section", { class: "train-parameters", "aria-label": "Parameters", hidden: true }, h("h3", {}, "Parameters, and their update w ← w − lr · grad"), parameters.element),
  ];
  const bar = h("div", { class: "train-bar is-empty" }, h("div", { class: "train-go" }, trainButton, cancel, progress), scrubber.element, h("p", { class: "train-where" }, scrubber.count, loss));
  body.append(bar, sentence, stop, h("div", { class: "train-grid" }, knobs.element, ...results, setSource ? data.element : ""));

  /** The knobs, the second run and the iteration, into the address. */
  function remember() {
    setOptions({ ...optionsOf(settings), versus: comparison.other() ? versusText(/** @type {Settings} */ (comparison.other()), settings) : "", iteration: run ? String(at) : "" });
  }

  /** What can be trained, and how long. */
  async function learn() {
    const state = store.get();
    const mine = new AbortController();
    try {
      const answer = await askTraining(base, state, { ...settings, iterations: 0 }, { signal: mine.signal, more: {} });
      if (store.get().source !== state.source) return;
      const most = mostSteps(answer);
      knobs.tell(most, trainedWords(answer.parameters));
      trainButton.disabled = false;
      if (settings.iterations > most) {
        settings = { ...settings, iterations: most };
        knobs.set(settings);
      }
      if (!run) {
        tell(`Press Train: ${settings.iterations.toLocaleString("en")} steps on ${trainedWords(answer.parameters)} bring ${answer.name} down.`);
        say(`Training. ${sentence.textContent}`);
      }
    } catch (problem) {
      refuse(problem);
    }
  }

  /** Where a run that is asked for is to be looked at. @type {number | "last" | null} */
  let wanted = null;

  async function train() {
    stopAsking();
    scrubber.pause();
    const mine = (asking = new AbortController());
    const state = store.get();
    const mySettings = settings;
    const other = comparison.other();
    busy(true);
    const news = (/** @type {number} */ iteration, /** @type {import("../types.js").Num} */ now) => {
      progress.max = mySettings.iterations;
      progress.value = iteration;
      if (!progress.hidden) tell(`Training: iteration ${iteration.toLocaleString("en")} of ${mySettings.iterations.toLocaleString("en")}, ${run?.name ?? "loss"} ${formatNumber(now, 4)}.`);
    };
    const begun = performance.now();
    try {
      const first = createRun(await followTraining(base, state, mySettings, { signal: mine.signal, onProgress: news }), mySettings);
      const second = other && createRun(await followTraining(base, state, other, { signal: mine.signal, onProgress: news }), other);
      if (mine.signal.aborted) return;
      quick = performance.now() - begun < QUICK;
      begin(first, second);
    } catch (problem) {
      if (!mine.signal.aborted) refuse(problem);
    } finally {
      if (asking === mine) {
        asking = null;
        busy(false);
      }
    }
  }

  /** A run is there. @param {Run} first @param {Run | null} second */
  function begin(first, second) {
    const same = run !== null && run.source === first.source;
    const keep = wanted ?? (same && at < (run?.last ?? 0) ? at : "last");
    wanted = null;
    [run, looked] = [first, null];
    const words = second ? [wordsFor(first.settings, second.settings), wordsFor(second.settings, first.settings)] : [first.name];
    reveal(true);
    curve.show([first, ...(second ? [second] : [])].map(({ losses }, i) => ({ losses, words: words[i] ?? "" })), first.name);
    comparison.show(second ? [first, second] : [], words);
    parameters.build(first.parameters);
    predictions.build(first.predictions);
    exports.set(first, second ? versusText(second.settings, first.settings) : "");
    boundary.set(first.links["boundary"]);
    const spoken = first.sentence + (second ? ` Beside it, ${words[1]}: ${second.name} ends at ${formatNumber(second.losses[second.last] ?? null, 4)}.` : "");
    tell(spoken);
    tellStop(first);
    say(spoken);
    show(keep === "last" ? first.last : Math.min(keep, first.last), false);
  }

  /** @param {boolean} yes  whether there is a run to show */
  function reveal(yes) {
    for (const section of results) section.hidden = !yes || (section.className === "train-predictions" && run?.predictions.length === 0);
    bar.classList.toggle("is-empty", !yes);
  }

  /** An iteration, everywhere. @param {number} iteration @param {boolean} [spoken] */
  function show(iteration, spoken = true) {
    if (!run) return;
    at = iteration;
    scrubber.set(at, run.last);
    curve.mark(at);
    const { live } = store.get();
    setMoment({ iteration: at, numbers: run.numbers(at), question: momentQuestion(run.settings, at) });
    if (store.get().live === live) tables(); // else they have followed
    soon("address", remember, 250);
    if (!scrubber.playing()) soon("look", () => void look());
    const text = `${run.name} ${formatNumber(run.losses[at] ?? null, 4)}`;
    loss.textContent = text;
    exports.at(at);
    boundary.at(at);
    if (spoken && !scrubber.playing()) say(`Iteration ${at} of ${run.last}. ${text}.`, 180);
  }

  function tables() {
    if (!run) return;
    const numberOf = numbersOf(store.get());
    const { settings: how, last } = run;
    const row = run.row(at);
    const next = at < last ? run.row(at + 1) : null;
    const known = looked?.iteration === at ? looked : null;
    const plain = how.zero_grad && how.batch === "all";
    const grads = run.parameters.map(({ node }, i) => {
      if (known) return known.grads[i] ?? null;
      const grad = plain ? numberOf(node)?.grad : null;
      if (grad !== undefined && grad !== null) return grad;
      // What gradient descent has taken off says what the grad was.
      return optimizerOf(how.optimizer)?.follows_grad && how.learning_rate > 0 && next ? ((row[i] ?? NaN) - (next[i] ?? NaN)) / how.learning_rate : null;
    });
    const exact = !scrubber.playing();
    parameters.show(row, grads, next, how, exact);
    predictions.show(run.predictions.map(({ node }, i) => numberOf(node)?.data ?? known?.predictions[i] ?? null), run.targets, exact);
  }

  /** Numbers of this iteration that the browser cannot work out by itself. */
  async function look() {
    if (!run || looked?.iteration === at) return;
    const plain = run.settings.zero_grad && run.settings.batch === "all";
    if (plain && store.get().live) return;
    const [mine, iteration] = [run, at];
    try {
      const { moment } = await askTraining(base, store.get(), mine.settings, { signal: AbortSignal.timeout(20_000), more: { iteration } });
      if (run !== mine || at !== iteration || !moment) return;
      const numbers = (/** @type {any[]} */ rows, /** @type {string} */ field) => rows.map((row) => (row[field] === null ? null : Number(row[field])));
      looked = { iteration, grads: numbers(moment.parameters, "grad"), predictions: numbers(moment.predictions, "data") };
      tables();
    } catch {
      // The table keeps its dots.
    }
  }

  /** @param {Run} of */
  function tellStop(of) {
    const { stopped } = of;
    stop.hidden = !stopped;
    if (!stopped) return;
    stop.replaceChildren(h("p", {}, withCode(stopped.sentence)), h("button", {
      type: "button", class: "fix", onclick: () => {
        scrubber.pause();
        show(placeOfStop(of));
        const { trace } = store.get();
        const node = trace?.nodes.find(({ key }) => key === stopped.key);
        if (!trace || !node) return;
        store.set({ troubled: [node.id] });
        const { forward, grad } = stepsOf(trace, node);
        const step = stopped.field === "grad" ? grad : forward;
        if (step !== null) goTo(step);
      },
    }, "Go there"));
  }

  /** A knob turned: the same initial weights again, if that does not take long. */
  function again() {
    if (!run) return;
    if (quick) soon("train", () => void train(), 120);
    else if (!sameSettings(run.settings, settings)) tell("The knobs have been turned. Press Train.");
  }

  /** @param {string} [words] */
  function stopAsking(words) {
    clearTimeout(timers["train"]);
    if (!asking) return;
    asking.abort();
    asking = null;
    busy(false);
    if (words) {
      tell(words);
      say(words);
    }
  }

  /** @param {boolean} yes */
  function busy(yes) {
    body.setAttribute("aria-busy", String(yes));
    clearTimeout(timers["busy"]);
    // A run that is quick does not flicker.
    if (yes) soon("busy", () => void (cancel.hidden = progress.hidden = false), run && quick ? 300 : 60);
    else {
      if (document.activeElement === cancel) trainButton.focus();
      cancel.hidden = progress.hidden = true;
      progress.removeAttribute("value");
    }
  }

  /** @param {string} text */
  const tell = (text) => sentence.replaceChildren(withCode(text));

  /** @param {unknown} problem */
  function refuse(problem) {
    const { hint, code } = /** @type {import("../types.js").Problem} */ (problem ?? {});
    const text = `${messageOf(problem)}${hint ? ` ${hint}` : ""}`;
    tell(text);
    say(text.replaceAll("`", ""));
    if (code === "train" && !run) trainButton.disabled = false;
  }

  /** Another program: its run begins anew where there was one. */
  function changed() {
    const { trace, source } = store.get();
    if (!trace || trace.source !== source) return;
    if (run && run.source === source) return tables();
    void learn();
    if (!run && wanted === null) return;
    if (quick) return void train();
    forget();
    tell("This is another program. Press Train.");
  }

  function forget() {
    scrubber.pause();
    [run, looked, at] = [null, null, 0];
    reveal(false);
    stop.hidden = true;
    scrubber.set(0, 0);
    loss.textContent = "";
    setMoment(null);
  }

  return {
    open() {
      open = true;
      const { options } = store.get();
      if (trainingNames().some((name) => name in options)) {
        settings = settingsOf(options);
        comparison.set(versusOf(options["versus"], settings), settings);
        const iteration = options["iteration"];
        if (iteration !== undefined && /^\d{1,9}$/.test(iteration)) {
          wanted = Number(iteration);
          // The page came with the story of that iteration; the program's own is the one to go on from.
          refresh?.();
        }
      }
      knobs.set(settings);
      const quiet = curve.listen();
      const stops = [
        store.watch((state) => state.trace, () => changed(), false),
        store.watch((state) => state.inputs, () => run && (looked = null, quick) && soon("train", () => void train(), 120), false),
        store.watch((state) => state.live, () => run && tables(), false),
        store.watch((state) => state.options["theme"], () => requestAnimationFrame(() => (curve.redraw(), boundary.redraw())), false),
      ];
      if (run && run.source === store.get().source) show(wanted === null ? at : Math.min(Number(wanted), run.last), false);
      else {
        run = null;
        void learn();
        if (wanted !== null) void train();
      }
      return () => {
        open = false;
        scrubber.pause();
        stopAsking();
        for (const stopWatching of stops) stopWatching();
        quiet();
        for (const timer of Object.values(timers)) clearTimeout(timer);
        store.set({ troubled: [] });
        setMoment(null);
        setOptions(Object.fromEntries(trainingNames().map((name) => [name, ""])));
      };
    },
    isOpen: () => open,
  };
}
