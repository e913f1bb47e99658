/** The people of the demonstration place. None of them is real; their addresses end in a domain that no mail reaches. */
export const demonstrationPeople = [
  { role: 'resident', name: 'George Whitfield', username: 'george.whitfield@example.org' },
  { role: 'resident', name: 'Nora Lindqvist', username: 'nora.lindqvist@example.org' },
  { role: 'resident', name: 'Harold Obi', username: 'harold.obi@example.org' },
  { role: 'resident', name: 'Beatrice Moss', username: 'beatrice.moss@example.org' },
  { role: 'provider', name: 'Dee Okafor', username: 'dee.okafor@example.org' },
  { role: 'provider', name: 'Femi Adeyemi', username: 'femi.adeyemi@example.org' },
  { role: 'provider', name: 'Tom Brennan', username: 'tom.brennan@example.org' },
  { role: 'coordinator', name: 'Aisha Rahman', username: 'aisha.rahman@example.org' },
  { role: 'navigator', name: 'Ruth Mellor', username: 'ruth.mellor@example.org' },
  { role: 'commissioner', name: 'Priya Nair', username: 'priya.nair@example.org' },
  { role: 'administrator', name: 'Sam Ellis', username: 'sam.ellis@example.org' },
] as const
