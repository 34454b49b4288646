// The shapes of answers. Made from the classes of app/ by `python3 dev.py test --update-golden`: change those.

/** Where the gradient goes wrong: a cause, not all that suffers from it. */
export interface BadgeAnswer {
  node: string;
  kind: "saturated" | "dead" | "vanishing" | "exploding" | "data-not-finite" | "grad-not-finite";
  /** Where it came in, if that was one edge. */
  edge: string | null;
  /** The slope, the gradient or the data that shows it. */
  number: Num;
  sentence: string;
}

/** What a model says between its examples: over a plane of two inputs, or along one. */
export interface BoundaryAnswer {
  version: 1;
  /** The program. */
  source: string;
  /** Its CODE, as it stands in addresses. */
  code: string;
  /** The node that the last backward pass began from. */
  output: string;
  /** How many backward passes there were. */
  passes: number;
  kind: "boundary" | "fit";
  iteration: number | null;
  /** What it predicts. */
  name: string;
  loss: Num;
  /** Where one answer turns into the other; null of a fit. */
  level: Num;
  /** How far from the level an answer is a full one; null of a fit. */
  span: Num;
  xs: number[];
  /** The other input; of a fit what is predicted at each of `xs`. */
  ys: Num[];
  /** What is predicted: a row for each of `ys`, in it a number for each of `xs`. Null of a fit. */
  values: Num[][] | null;
  examples: ExampleAnswer[];
  sentence: string;
}

/** A circle: an input or a neuron. */
export interface CellAnswer {
  node: string;
  key: string;
  name: string;
  /** Of a neuron: the node of its sum; null of an input, as its `bias` and `activation`. */
  sum: string | null;
  bias: string | null;
  activation: string | null;
}

/** Gradients beside differences: of one value with `node`, else of all that have a name. */
export interface CheckAnswer {
  version: 1;
  /** The program. */
  source: string;
  /** Its CODE, as it stands in addresses. */
  code: string;
  /** The node that the last backward pass began from. */
  output: string;
  /** How many backward passes there were. */
  passes: number;
  tolerance: number;
  /** `differs` only where a row does without a kink: at a kink a rule decides. */
  verdict: "agrees" | "differs";
  sentence: string;
  /** Values that would take too long: ask for them one by one. */
  left_out: number;
  nodes: CheckRow[];
  /** With `node`: h from 1 down to 1e-16. */
  curve: CurvePointAnswer[] | null;
}

/** A gradient beside a measured slope. What could not be measured is null. */
export interface CheckRow {
  node: string;
  key: string;
  label: string;
  /** What it is called in sentences. */
  name: string;
  x: Num;
  /** Of the last backward pass alone. */
  grad: Num;
  /** As the run left it. */
  shown_grad: Num;
  h: number;
  /** The forward difference. */
  forward: Num;
  central: Num;
  /** The slope on the left side. */
  left: Num;
  right: Num;
  error: Num;
  relative_error: Num;
  /** What truncation and rounding explain. */
  expected_error: Num;
  verdict: "agrees" | "differs" | "undefined";
  reason: "" | "kink" | "not-finite" | "rounding";
  /** The node of a kink, or of what is not finite. */
  at: string | null;
  sentence: string;
}

/** A layer, or the inputs. */
export interface ColumnAnswer {
  title: string;
  activation: string | null;
  /** Cells that are not drawn. */
  left_out: number;
  nodes: CellAnswer[];
}

/** Ours, measured and PyTorch's numbers side by side. */
export interface CompareAnswer {
  version: 1;
  /** The program. */
  source: string;
  /** Its CODE, as it stands in addresses. */
  code: string;
  /** The node that the last backward pass began from. */
  output: string;
  /** How many backward passes there were. */
  passes: number;
  torch: TorchAnswer;
  tolerance: ToleranceAnswer;
  verdict: "agrees" | "differs";
  sentence: string;
  /** Values that were not measured: that would take too long. */
  left_out: number;
  nodes: CompareRow[];
}

/** A value's numbers side by side. What nobody measured is null, and so is what PyTorch says where it is not installed. */
export interface CompareRow {
  node: string;
  key: string;
  label: string;
  name: string;
  data: Num;
  /** As the run left it. */
  grad: Num;
  /** Of the last backward pass alone. */
  pass_grad: Num;
  /** The central difference. */
  numeric: Num;
  numeric_verdict: "agrees" | "differs" | "undefined" | null;
  numeric_reason: "" | "kink" | "not-finite" | "rounding";
  torch_data: Num;
  torch_grad: Num;
  torch_verdict: "agrees" | "differs" | null;
  verdict: "agrees" | "differs";
}

/** What one use of a value adds to its grad. */
export interface ContributionAnswer {
  edge: string;
  /** The operation that sent it. */
  from: string;
  name: string;
  local: Num;
  /** upstream × local. */
  contribution: Num;
  local_latex: string | null;
  text: string | null;
}

/** What a mode takes for all gradients. */
export interface CostAnswer {
  passes: number;
  multiplications: number;
}

/** Both differences at one h, and how far they are from the gradient. */
export interface CurvePointAnswer {
  h: number;
  forward: Num;
  central: Num;
  forward_error: Num;
  central_error: Num;
}

/** A neuron or a network at one moment. */
export interface DiagramAnswer {
  version: 1;
  /** The program. */
  source: string;
  /** Its CODE, as it stands in addresses. */
  code: string;
  /** The node that the last backward pass began from. */
  output: string;
  /** How many backward passes there were. */
  passes: number;
  view: "neuron" | "network";
  step: number;
  steps: number;
  /** Which use of the net is shown, from 1. */
  example: number;
  examples: UseAnswer[];
  /** Where the story goes: from which step on it is in which example. */
  homes: [number, number][];
  columns: ColumnAnswer[];
  lines: LineAnswer[];
  /** The node of the loss, if it is drawn. */
  loss: string | null;
  scales: ScalesAnswer;
  /** The picture, without an embedded font. */
  svg: string;
}

/** One use of a value. */
export interface EdgeAnswer {
  id: string;
  /** The operand. */
  from: string;
  /** The operation. */
  to: string;
  /** Which of the operands it is, from 0. */
  slot: number;
  /** ∂to/∂from by this operand; null into a folded part. */
  local: Num;
  /** What the last backward pass sent along it: upstream × local. Null where none came by. */
  contribution: Num;
  /** The local derivative: `left = letters = numbers = result`. Null in a long story, as `contribution_text`. */
  local_latex: string | null;
  /** `upstream × local = contribution`. */
  contribution_text: string | null;
}

/** One number at an edge that a step changes. */
export interface EdgeWriteAnswer {
  edge: string;
  field: "local" | "contribution";
  before: Num;
  after: Num;
}

/** One example, and what the model makes of it. */
export interface ExampleAnswer {
  node: string;
  inputs: Num[];
  /** null where the program has none for it. */
  target: Num;
  prediction: Num;
}

/** One value and the steps that write to it, or one step. */
export interface ExplainAnswer {
  version: 1;
  /** The program. */
  source: string;
  /** Its CODE, as it stands in addresses. */
  code: string;
  /** The node that the last backward pass began from. */
  output: string;
  /** How many backward passes there were. */
  passes: number;
  /** null where a step is asked for. */
  node: ExplainedNode | null;
  /** At most 400. */
  steps: ExplainedStep[];
  left_out: number;
}

/** All about one value. */
export interface ExplainedNode {
  node: string;
  key: string;
  label: string;
  /** What it is called in sentences. */
  name: string;
  kind: "input" | "constant" | "parameter" | "operation" | "group";
  op: string | null;
  operation: OperationAnswer | null;
  data: Num;
  grad: Num;
  /** All digits of it. */
  data_text: string;
  grad_text: string | null;
  span: SpanAnswer | null;
  inputs: NeighbourAnswer[];
  /** At most 400, as contributions. */
  users: NeighbourAnswer[];
  contributions: ContributionAnswer[];
  /** What goes wrong there, in sentences. */
  badges: string[];
}

/** One step, in words and as a formula. */
export interface ExplainedStep {
  index: number;
  phase: "forward" | "seed" | "backward" | "zero_grad" | "update";
  node: string;
  edge: string | null;
  text: string;
  formula: FormulaAnswer;
}

/** The part of the program that a node of kind `group` stands for. */
export interface FoldedAnswer {
  /** Its id. */
  group: string;
  /** Its values that are read outside it or differentiated; where none is, those that it ends with: never none. */
  results: string[];
  /** How many are in it. */
  operations: number;
  /** How many are in it or read by it. */
  parameters: number;
}

/** The formula of a step in its parts, in LaTeX without dollar signs. Parts that a phase does not have are empty. */
export interface FormulaAnswer {
  /** What is computed. */
  left: string;
  /** From what, in letters. */
  letters: string;
  /** The same with numbers. */
  numbers: string;
  result: string;
  /** All of it: `left = letters = numbers = result`; of several steps a line for each. */
  latex: string;
  /** All of it as plain text. */
  plain: string;
  /** Backward only, as text: upstream × local = contribution. */
  product?: string;
  /** Backward only, as text: the grad before → after (change). */
  sum?: string;
}

/** A program, run and drawn. */
export interface GraphAnswer {
  version: 1;
  /** The program. */
  source: string;
  /** Its CODE, as it stands in addresses. */
  code: string;
  /** The node that the story is about. */
  output: string;
  nodes: NodeAnswer[];
  edges: EdgeAnswer[];
  steps: StepAnswer[];
  /** Parents before children. */
  groups: GroupAnswer[];
  /** Those that occur, by name. */
  operations: Record<string, OperationAnswer>;
  badges: BadgeAnswer[];
  /** Of a folded story: all operations of the run. Null, too, of a long run or several passes. */
  tape: TapeAnswer | null;
  /** Calls of one net or function of which the option `example` shows one. */
  examples: number;
  /** Backward passes that the program has made, of which the option `turn` tells one; with it, those until then. */
  turns: number;
  /** The one that the picture shows: what the option `step` means is for the server to say. */
  step: number;
  /** The step of the finished picture: the last, but before an update that training makes. */
  end: number;
  warnings: WarningAnswer[];
  /** What the program printed. */
  printed: string[];
  /** Where this moment can be seen: `page`, `embed`, and one for each format. */
  links: Record<string, string>;
  /** The picture, without an embedded font. */
  svg: string;
}

/** Two values or more that one part of the program made. */
export interface GroupAnswer {
  id: string;
  /** Survives edits elsewhere: its path from the outside in (`ypred/n#2/layers[0]`). */
  key: string;
  kind: "neuron" | "layer" | "net" | "function" | "statement" | "turn" | "loop" | "lines" | "examples";
  name: string;
  /** The group around it. */
  parent: string | null;
  span: SpanAnswer | null;
  /** How many values are in it. */
  size: number;
}

/** Whether this process can do its work. */
export interface HealthAnswer {
  ready: boolean;
  version: string;
}

/** The parameters of every iteration. */
export interface HistoryAnswer {
  encoding: "base64 float64 little-endian";
  /** Rows: one more than updates. */
  iterations: number;
  /** Numbers in a row. */
  parameters: number;
  data: string;
}

/** One iteration, before its update. */
export interface IterationAnswer {
  iteration: number;
  /** With `batch=stochastic`: whose term of the loss it is made from, from 0. */
  example: number | null;
  loss: Num;
  parameters: UpdateAnswer[];
  predictions: PredictionAnswer[];
  nodes: ValueAnswer[];
}

/** A weight. */
export interface LineAnswer {
  /** A cell of one column. */
  from: string;
  /** A cell of the next. */
  to: string;
  /** Its node; null where the input is added as it is. */
  weight: string | null;
  key: string;
  product: string | null;
}

/** Forward mode against reverse mode, counted. */
export interface ModesAnswer {
  version: 1;
  /** The program. */
  source: string;
  /** Its CODE, as it stands in addresses. */
  code: string;
  /** The node that the last backward pass began from. */
  output: string;
  /** How many backward passes there were. */
  passes: number;
  inputs: string[];
  forward: CostAnswer;
  reverse: CostAnswer;
  tangents: TangentAnswer[];
  /** Passes that there is no room for. */
  left_out: number;
  sentence: string;
}

/** An operand, or an operation that uses a value. */
export interface NeighbourAnswer {
  node: string;
  name: string;
  data: Num;
}

/** One value. */
export interface NodeAnswer {
  id: string;
  /** Survives edits elsewhere: the name it was bound to (`w`, a later one `w#2`), else its path from the value that uses it. */
  key: string;
  /** What is written in its box; empty where it has no name. */
  label: string;
  kind: "input" | "constant" | "parameter" | "operation" | "group";
  /** The operation's name in the table of operations; null where there is no row for it. */
  op: string | null;
  /** What its circle shows: `×`, `**2`, `tanh`. */
  symbol: string | null;
  /** Plain numbers that belong to the operation (the exponent of `a ** 2`) and take no gradient. */
  params: Num[];
  /** In their order, with duplicates. */
  inputs: string[];
  /** As the run left it, like `grad`; null for a folded part that is not one value. */
  data: Num;
  grad: Num;
  span: SpanAnswer | null;
  /** The innermost group that made it. */
  group: string | null;
  /** Whether it can be made of simpler operations. */
  expandable: boolean;
  /** The entry of `expand` that does so for it alone (`tanh@o`). */
  expands: string | null;
  /** The entry of `expand` that it is there for, the innermost of several. */
  expanded_from: string | null;
  folds: FoldedAnswer | null;
  /** The drawn node that hides it. */
  inside: string | null;
}

/** A number; JSON has no words for those that are not finite. null: not computed. */
export type Num = number | "Infinity" | "-Infinity" | "NaN" | null;

/** An operation that occurs, with a and b for its operands and y for its result. */
export interface OperationAnswer {
  symbol: string;
  rule: string;
  latex: string;
  /** In LaTeX, one for each operand. */
  derivatives: string[];
  /** What holds where the derivative is not defined. */
  convention: string;
  python: string;
  torch: string;
}

/** Three orders of one backward pass, side by side. */
export interface OrdersAnswer {
  version: 1;
  /** The program. */
  source: string;
  /** Its CODE, as it stands in addresses. */
  code: string;
  /** The node that the last backward pass began from. */
  output: string;
  /** How many backward passes there were. */
  passes: number;
  walks: WalkAnswer[];
  sentence: string;
}

/** The second run, with other knobs. */
export interface OtherRun {
  /** What the loss is called in sentences. */
  name: string;
  /** Updates that were asked for. */
  steps: number;
  /** Updates that may be asked for. */
  affordable: number;
  /** Updates that were made. */
  updates: number;
  /** Before each update. */
  losses: Num[];
  /** After the last. */
  loss: Num;
  parameters: TrainedParameter[];
  predictions: TrainedPrediction[];
  /** Where a number was not finite; null where all went well. */
  stopped: StopAnswer | null;
  /** The iteration that `iteration` names. */
  moment: IterationAnswer | null;
  /** With `history=true`. */
  history: HistoryAnswer | null;
  /** The second run, where one was asked for. */
  versus: OtherRun | null;
  links: TrainLinks;
  sentence: string;
  /** Those that differ. */
  knobs: Record<string, string>;
}

/** One path from a value to the output. */
export interface PathAnswer {
  /** From the value on. */
  edges: string[];
  /** One more than edges. */
  nodes: string[];
  /** The local derivative of each edge. */
  locals: Num[];
  product: Num;
  text: string;
}

/** Gradients as sums over paths: of one value with `node`, else of all that have a name. */
export interface PathsAnswer {
  version: 1;
  /** The program. */
  source: string;
  /** Its CODE, as it stands in addresses. */
  code: string;
  /** The node that the last backward pass began from. */
  output: string;
  /** How many backward passes there were. */
  passes: number;
  nodes: PathsRow[];
}

/** A value, and what its gradient is the sum of. */
export interface PathsRow {
  node: string;
  key: string;
  label: string;
  /** What it is called in sentences. */
  name: string;
  /** How many paths there are: exact, and perhaps huge. */
  count: number;
  count_text: string;
  /** The sum of their products. */
  total: Num;
  /** Of the last backward pass alone. */
  grad: Num;
  /** Whether all paths are written out. */
  complete: boolean;
  /** With `node`, up to 64. */
  paths: PathAnswer[];
  sentence: string;
}

/** The output against one value. */
export interface PlotAnswer {
  version: 1;
  /** The program. */
  source: string;
  /** Its CODE, as it stands in addresses. */
  code: string;
  /** The node that the last backward pass began from. */
  output: string;
  /** How many backward passes there were. */
  passes: number;
  /** What runs along. */
  node: string;
  key: string;
  name: string;
  output_name: string;
  /** Without it −5, or as far as the value needs. */
  from: number;
  to: number;
  xs: number[];
  /** The output at each of `xs`; null is a break, over which nothing is joined. */
  ys: (number | null)[];
  breaks: number[];
  /** The heights to show. */
  y_from: number;
  y_to: number;
  /** The point where the run is. */
  x: Num;
  y: Num;
  slope: Num;
  secant: SecantAnswer | null;
  sentence: string;
  /** That an `if` keeps its way: the graph is replayed. */
  note: string | null;
}

/** A prediction at one iteration. */
export interface PredictionAnswer {
  node: string;
  key: string;
  data: Num;
}

/** What went wrong (RFC 9457). */
export interface ProblemAnswer {
  /** `urn:stepgrad:problem:` and the `code`. */
  type: string;
  /** Never empty. */
  title: string;
  status: number;
  detail: string;
  /** What it is, for programs: stable. */
  code: string;
  /** Where in the program it is; counts from 1. */
  line: number | null;
  /** In code points, from 1. */
  column: number | null;
  length: number | null;
  /** What to try. */
  hint: string | null;
  /** The CODE of the program it is about. */
  source_code: string | null;
  /** The limit that was passed. */
  limit?: string;
  /** What that limit is. */
  value?: number;
  /** What a program printed that has nothing to draw (`empty`). */
  printed?: string[];
  /** Everything that is wrong with a request. */
  errors?: string[];
  /** What a fault of ours is called in the log. */
  instance?: string;
}

/** What was made since the last event, some ten times a second. */
export interface ProgressEvent {
  /** The first iteration that is told; `iteration` is not. */
  from: number;
  /** Updates made by now. */
  iteration: number;
  /** The last of `losses`. */
  loss: Num;
  losses: Num[];
  /** With `history=true` the parameters of these iterations: little-endian doubles in base64. */
  history: string | null;
}

/** What full width and full colour mean: the largest magnitude of the story, rounded up. */
export interface ScalesAnswer {
  lines: number;
  cells: number;
}

/** A line through the point and one h further on. */
export interface SecantAnswer {
  h: number | null;
  x: Num;
  y: Num;
  slope: Num;
}

/** One contribution, as it is sent. */
export interface SentAnswer {
  edge: string;
  /** Who sends. */
  from: string;
  /** Who gets it. */
  node: string;
  upstream: Num;
  local: Num;
  /** The grad that it is added to. */
  before: Num;
  after: Num;
  /** Whether nothing more comes after it. */
  complete: boolean;
}

/** A stretch of one line. Lines and columns count from 1, columns in code points. */
export interface SpanAnswer {
  line: number;
  column: number;
  length: number;
}

/** What is trained. */
export interface StartEvent {
  version: 1;
  /** The program. */
  source: string;
  /** Its CODE, as it stands in addresses. */
  code: string;
  /** The node that the last backward pass began from. */
  output: string;
  /** How many backward passes there were. */
  passes: number;
  /** What the loss is called in sentences. */
  name: string;
  /** Updates that were asked for. */
  steps: number;
  /** Updates that may be asked for. */
  affordable: number;
  parameters: StartedParameter[];
}

/** A number that is trained. */
export interface StartedParameter {
  node: string;
  key: string;
  label: string;
  initial: Num;
}

/** One moment of the story. Before step 1 leaves show their first data, and nothing else is known. */
export interface StepAnswer {
  /** From 1. */
  index: number;
  phase: "forward" | "seed" | "backward" | "zero_grad" | "update";
  /** What it is about: of a backward step whose grad it is, or with `steps=node` the operation that sends. */
  node: string;
  /** What a backward step goes along, if it is one edge. */
  edge: string | null;
  /** What a backward step goes along. */
  edges: string[];
  /** Of a step along one edge: the grad that it brings. Null with `local` and `term` where it was only observed. */
  upstream: Num;
  /** The local derivative that it is multiplied by. */
  local: Num;
  /** What is added: upstream × local, as the operation lets it through. */
  term: Num;
  /** Where the program itself wrote the number, of a step that was only observed. */
  span: SpanAnswer | null;
  writes: WriteAnswer[];
  edge_writes: EdgeWriteAnswer[];
  /** Of a folded story: the first and the last step of the whole one that it stands for. */
  covers: [number, number] | null;
  /** It in a sentence. */
  text: string;
  /** It as a formula. */
  latex: string;
  /** The same in its parts. Null in a long story: `explain.json` has it. */
  formula: FormulaAnswer | null;
}

/** Where training came upon a number that is not finite. */
export interface StopAnswer {
  iteration: number;
  node: string;
  key: string;
  field: "data" | "grad";
  phase: "forward" | "backward" | "update";
  number: Num;
  sentence: string;
}

/** One pass of forward mode, from one input. */
export interface TangentAnswer {
  input: string;
  name: string;
  multiplications: number;
  /** The tangents, by node. */
  values: Record<string, Num>;
  /** The tangent of the output: ∂output/∂input. */
  output: Num;
  /** The same by reverse mode. */
  grad: Num;
}

/** All operations of a run of which some are folded: what it takes to compute what is not told. */
export interface TapeAnswer {
  /** All values, in order of evaluation. Elsewhere here a value is its place in this list. */
  ids: string[];
  /** Of leaves that are no constants, by id. */
  keys: Record<string, string>;
  /** The data that leaves begin with, by id. */
  start: Record<string, Num>;
  /** Result, `op`, inputs, params of each. */
  operations: [number, string, number[], Num[]][];
  /** What was differentiated. */
  root: number;
}

/** What may lie between two numbers that agree, relative to the larger. */
export interface ToleranceAnswer {
  numeric: number;
  torch: number;
}

/** Whether PyTorch is installed here, and which. */
export interface TorchAnswer {
  available: boolean;
  version: string | null;
}

/** A training run. */
export interface TrainAnswer {
  version: 1;
  /** The program. */
  source: string;
  /** Its CODE, as it stands in addresses. */
  code: string;
  /** The node that the last backward pass began from. */
  output: string;
  /** How many backward passes there were. */
  passes: number;
  /** What the loss is called in sentences. */
  name: string;
  /** Updates that were asked for. */
  steps: number;
  /** Updates that may be asked for. */
  affordable: number;
  /** Updates that were made. */
  updates: number;
  /** Before each update. */
  losses: Num[];
  /** After the last. */
  loss: Num;
  parameters: TrainedParameter[];
  predictions: TrainedPrediction[];
  /** Where a number was not finite; null where all went well. */
  stopped: StopAnswer | null;
  /** The iteration that `iteration` names. */
  moment: IterationAnswer | null;
  /** With `history=true`. */
  history: HistoryAnswer | null;
  /** The second run, where one was asked for. */
  versus: OtherRun | null;
  links: TrainLinks;
  sentence: string;
  /** That an `if` keeps its way, or that the time was over. */
  note: string | null;
}

/** Where the same can be seen. */
export interface TrainLinks {
  page: string;
  train: string;
  loss: string;
  table: string;
  graph: string;
  /** null where one cannot be drawn. */
  boundary: string | null;
}

/** A number that is trained. */
export interface TrainedParameter {
  node: string;
  key: string;
  label: string;
  initial: Num;
  final: Num;
}

/** A computed value in a list with a name, such as `ypred[0]`, that the parameters move. */
export interface TrainedPrediction {
  node: string;
  key: string;
  initial: Num;
  final: Num;
  /** null where the program has none for it. */
  target: Num;
}

/** A parameter at one iteration. */
export interface UpdateAnswer {
  node: string;
  key: string;
  data: Num;
  grad: Num;
  /** What the update makes of it; null after the last. */
  next: Num;
  /** The arithmetic of the update. */
  text: string | null;
}

/** One use of a net. */
export interface UseAnswer {
  /** From 1. */
  example: number;
  name: string;
  outputs: string[];
}

/** A value of the graph at one iteration. */
export interface ValueAnswer {
  node: string;
  data: Num;
  grad: Num;
}

/** One order of a backward pass. */
export interface WalkAnswer {
  order: "topological" | "depth-first" | "recursive";
  title: string;
  rule: string;
  /** Who passes its grad on, in order. */
  visits: string[];
  sent: SentAnswer[];
  /** What comes out, by node. */
  grads: Record<string, Num>;
  /** The nodes whose grad is wrong. */
  wrong: string[];
  /** Which of `sent` is the first that carries a wrong number. */
  first_wrong: number | null;
  fault: "too-early" | "again" | null;
  /** Edges that had not sent by then. */
  missing: string[];
  /** Whether it was ended, after 2,000 contributions. */
  stopped: boolean;
  sentence: string;
}

/** Something worth saying that is no error. */
export interface WarningAnswer {
  message: string;
  node: string | null;
  span: SpanAnswer | null;
}

/** One number in a box that a step changes. */
export interface WriteAnswer {
  node: string;
  field: "data" | "grad";
  /** 0 before a first contribution. */
  before: Num;
  /** null: it is forgotten, as inner grads are before a second backward pass. */
  after: Num;
}

/** What `POST /api/v1/NAME` answers, by name. */
export interface StudyAnswers {
  check: CheckAnswer;
  paths: PathsAnswer;
  plot: PlotAnswer;
  diagram: DiagramAnswer;
  orders: OrdersAnswer;
  modes: ModesAnswer;
  explain: ExplainAnswer;
  compare: CompareAnswer;
  train: TrainAnswer;
  boundary: BoundaryAnswer;
}
