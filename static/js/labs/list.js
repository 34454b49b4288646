// The labs as the gallery shows them: each a program and what is open beside its graph.

/** @type {ReadonlyArray<{lab: string, slug: string, title: string, sentence: string}>} */
export const LABS_IN_GALLERY = [
  { lab: "plot", slug: "parabola", title: "Plot 3x² − 4x + 5", sentence: "The curve, its tangent, and a secant that closes in on it." },
  { lab: "diagram", slug: "neuron", title: "A neuron as a diagram", sentence: "Inputs, weights, sum and curve; every step moves it." },
  { lab: "orders", slug: "order", title: "Why this order?", sentence: "Topological order, depth-first and recursion: two of them stop at a wrong number." },
  { lab: "square", slug: "square", title: "x · x, two edges", sentence: "What a set of inputs would lose." },
  { lab: "twice", slug: "backward-twice", title: "Backward twice, zero_grad", sentence: "The leaves after each pass: doubled, zeroed, updated." },
  { lab: "modes", slug: "neuron", title: "Forward mode against reverse mode", sentence: "Passes and multiplications, counted on the graph." },
  { lab: "wrong", slug: "vanishing", title: "Where it goes wrong", sentence: "Saturated, dead, vanishing, exploding, nan: at the cause." },
  { lab: "predict", slug: "first-look", title: "Predict", sentence: "Find the hidden grads; a wrong answer shows the rule." },
];
