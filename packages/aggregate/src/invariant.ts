/** Something that must hold over all stored data; `patchwork verify` checks and counts each. */
export type Invariant = {
  /** As a sentence: `referral: history has no gap`. */
  name: string
  /** Looks at everything, page by page. `examples` are ids, ten at most. */
  check(): Promise<{ checked: number; violations: number; examples: string[] }>
}
