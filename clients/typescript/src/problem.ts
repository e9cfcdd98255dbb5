import type { components } from "./generated.js";

export type Problem = components["schemas"]["Problem"];

/** What the server refuses: `problem.type` is stable, `problem.detail` says what happened. */
export class CounterpartProblem extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.title} (${problem.status}): ${problem.detail}`);
    this.name = "CounterpartProblem";
  }

  /** The name of the kind of problem, such as "invalid-input". */
  get type(): string {
    return this.problem.type.split("/").pop() ?? this.problem.type;
  }
}
