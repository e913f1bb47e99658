/** What a rule decides on: the state made of events, and the sealed words beside it. */
export type Current<State, Details> = { state: State; details: Details | undefined }

/** What a rule decided. `details` replaces the sealed words; `answer` holds ids and codes only. */
export type Decision<Event, Details> = { events: readonly Event[]; details?: Details; answer?: Record<string, string> }
