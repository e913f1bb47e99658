/** Words that stand nowhere but where they were planted, so that each place they turn up in is known. */
export const openCanaries = () => {
  const personal = new Set<string>()
  const offered = new Set<string>()
  let count = 0
  const plant = (set: Set<string>, canary: string): string => {
    set.add(canary)
    return canary
  }
  const number = () => String(++count).padStart(3, '0')
  return {
    /** About people: what they are called, said, searched for, chose as a password. */
    word: () => plant(personal, `zkprivate${number()}`),
    email: () => plant(personal, `zkprivate${number()}@canary-place.uk`),
    phone: () => plant(personal, `07700 900${number()}`),
    /** Of a criminal-record check: twelve digits. */
    certificate: () => plant(personal, `000770090${number()}`),
    /** Of a form that every postcode has, in an area where nobody lives. */
    postcode: () => plant(personal, `ZE${number().slice(-2)} 9ZZ`),
    /** What a provider publishes: for everybody to read, and yet not for events and logs. */
    offer: () => plant(offered, `zkoffered${number()}`),
    personal,
    offered,
    /** Whether any canary stands in a text. */
    isIn: (text: string): boolean => /zkprivate|zkoffered|07700 ?900\d{3}|000770090\d{3}|\bze\d\d ?9zz\b/i.test(text),
  }
}
export type Canaries = ReturnType<typeof openCanaries>

/** Which of these canaries stand in a text, in capitals or small, with their spaces, without, or as an address writes them. */
export const found = (canaries: ReadonlySet<string>, text: string): string[] => {
  const small = text.toLowerCase()
  return [...canaries].filter((canary) => {
    const plain = canary.toLowerCase()
    return ['', ' ', '+', '%20'].some((space) => small.includes(plain.replaceAll(' ', space)))
  })
}
