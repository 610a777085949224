/** What the catalogue holds for one error code. `sentence` says what happened, `hint` names the next command or file. */
export interface ErrorEntry<Details> {
  /** Exit status of the process when this error ends it. */
  readonly exitStatus: number
  /** `Cannot <verb> "<thing>": <state>`, without a full stop. */
  readonly sentence: (details: Details) => string
  readonly hint?: (details: Details) => string | undefined
}

/** Declares one entry with its details typed; only for use in the catalogue files of this folder. */
export function entry<Details>(
  sentence: (details: Details) => string,
  hint?: (details: Details) => string | undefined,
  exitStatus = 1,
): ErrorEntry<Details> {
  return hint === undefined ? { exitStatus, sentence } : { exitStatus, sentence, hint }
}
