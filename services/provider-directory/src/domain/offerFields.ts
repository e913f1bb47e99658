/** The fields of an offer that are chosen one by one where two sides say different things of it. */
export const offerFields = [
  ...(['name', 'description', 'forWhom', 'form', 'ages', 'languages', 'accessibility', 'category', 'price'] as const),
  ...(['times', 'exceptions', 'closedOnBankHolidays', 'timesInWords', 'place', 'contact'] as const),
] as const
