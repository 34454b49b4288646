// The server's tables, as it wrote them into the page: a new row there is a new choice here. Pure.

/** @typedef {{name: string, label: string, follows_grad: boolean}} Optimizer */
/** @typedef {{optimizers: Optimizer[]}} Tables */

/** Empty until boot.js has read the page. @type {Tables} */
export const TABLES = { optimizers: [] };

/** @param {string} name */
export const optimizerOf = (name) => TABLES.optimizers.find((row) => row.name === name);
