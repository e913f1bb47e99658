/** Whether an insert failed because somebody was first. */
export const isAlreadyThere = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === 'already-exists'
