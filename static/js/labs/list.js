// The labs as the gallery shows them: each a program and what is open beside its graph.

/** The lecture's net with its loss: large, and so not among the examples that are drawn whole. */
const NET = `xs = [
    [2.0, 3.0, -1.0],
    [3.0, -1.0, 0.5],
    [0.5, 1.0, 1.0],
    [1.0, 1.0, -1.0],
]
ys = [1.0, -1.0, -1.0, 1.0]
n = MLP(3, [4, 4, 1], seed=1)
ypred = [n(x) for x in xs]
loss = sum((p - y)**2 for p, y in zip(ypred, ys))
`;

/** A lab is opened on an example of the gallery, or on a program of its own.
 * @type {ReadonlyArray<{lab: string, slug: string, title: string, sentence: string, source?: string}>} */
export const LABS_IN_GALLERY = [
  { lab: "plot", slug: "parabola", title: "Plot 3x² − 4x + 5", sentence: "The curve, its tangent, and a secant that closes in on it." },
  { lab: "diagram", slug: "neuron", title: "A neuron as a diagram", sentence: "Inputs, weights, sum and curve; every step moves it." },
  { lab: "orders", slug: "order", title: "Why this order?", sentence: "Topological order, depth-first and recursion: two of them stop at a wrong number." },
  { lab: "square", slug: "square", title: "x · x, two edges", sentence: "What a set of inputs would lose." },
  { lab: "twice", slug: "backward-twice", title: "Backward twice, zero_grad", sentence: "The leaves after each pass: doubled, zeroed, updated." },
  { lab: "modes", slug: "neuron", title: "Forward mode against reverse mode", sentence: "Passes and multiplications, counted on the graph." },
  { lab: "wrong", slug: "vanishing", title: "Where it goes wrong", sentence: "Saturated, dead, vanishing, exploding, nan: at the cause." },
  { lab: "train", slug: "net", title: "Train a net", sentence: "41 parameters, a loss curve, and the graph at each iteration.", source: NET },
  { lab: "predict", slug: "first-look", title: "Predict", sentence: "Find the hidden grads; a wrong answer shows the rule." },
];
