/**
 * A calculator: each line is a sum such as `1 + 2 * (3 - 4)`, the answer is its value. The simplest
 * kind of service: a line in, a line out, nothing shared.
 *
 *     handoff serve examples/calculator.js
 *     printf '2 * (3 + 4)\n' | handoff connect --port 9000
 */
// @ts-check
import { forEachMessage, reply } from 'handoff';

/** @type {import('handoff').Service} */
export const service = {
  serve: (connection, { options }) =>
    forEachMessage(connection, options.framing, (line) => reply(connection, `${answer(line)}\n`)),
};

/** @param {string} line */
function answer(line) {
  const tokens = line.match(/\d+(?:\.\d+)?|\S/g) ?? [];
  const value = sum(tokens);
  return tokens.length > 0 || Number.isNaN(value) ? 'ERR not a sum' : String(value);
}

// Each function takes what it understands from the front of the tokens; NaN: it understood nothing.

/** @param {string[]} tokens */
function sum(tokens) {
  let value = product(tokens);
  while (tokens[0] === '+' || tokens[0] === '-') {
    value += tokens.shift() === '+' ? product(tokens) : -product(tokens);
  }
  return value;
}

/** @param {string[]} tokens */
function product(tokens) {
  let value = term(tokens);
  while (tokens[0] === '*' || tokens[0] === '/') {
    value = tokens.shift() === '*' ? value * term(tokens) : value / term(tokens);
  }
  return value;
}

/** @param {string[]} tokens @returns {number} */
function term(tokens) {
  const token = tokens.shift() ?? '';
  if (token === '-') return -term(tokens);
  if (token !== '(') return /^\d/.test(token) ? Number(token) : NaN;
  const value = sum(tokens);
  return tokens.shift() === ')' ? value : NaN;
}
