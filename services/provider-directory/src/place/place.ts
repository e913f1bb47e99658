import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type AssuranceDays, assuranceDaysByDefault } from '../domain/assurance.ts'
import { type NamedPlace, openPlaceNames } from './placeNames.ts'
import { openPostcodeFile } from './postcodeFile.ts'
import { compactPostcode, openPostcodes, writtenPostcode } from './postcodes.ts'
import { openWards, type Wards } from './wards.ts'

// A page stands where there is no number that somebody has checked.
const SafeguardingLine = z
  .strictObject({ who: z.string(), phone: z.string().optional(), url: z.url({ protocol: /^https$/ }).optional(), when: z.string() })
  .refine(({ phone, url }) => (phone === undefined) !== (url === undefined), {
    error: 'A line has a telephone number or the address of a page, one of the two',
  })

const days = z.int().min(1).max(3_660)

const About = z.strictObject({
  name: z.string().min(1).max(200),
  councilName: z.string().min(1).max(200),
  councilWebsite: z.url().optional(),
  attribution: z.string().max(2_000),
  licence: z.strictObject({ name: z.string(), url: z.url() }).optional(),
  safeguarding: z.strictObject({
    words: z.string().min(1).max(2_000),
    phone: z.string().max(40).optional(),
    url: z.url().optional(),
    lines: z.array(SafeguardingLine).max(20),
  }),
  sources: z
    .array(z.strictObject({ code: z.string(), name: z.string(), publisher: z.string(), changedOn: z.iso.date().optional(), attribution: z.string() }))
    .max(100),
  /** Towns by a postcode in their middle, for people who look near one; the names of wards are known without. */
  towns: z
    .array(z.strictObject({ name: z.string().min(1).max(100), postcode: z.string().max(10) }))
    .max(500)
    .optional(),
  /** Days without an assurance after which an offer is asked about, stands last, and is hidden. */
  assurance: z
    .strictObject({ askAfterDays: days, downrankAfterDays: days, hideAfterDays: days })
    .refine(({ askAfterDays, downrankAfterDays, hideAfterDays }) => askAfterDays < downrankAfterDays && downrankAfterDays < hideAfterDays, {
      error: 'Each step comes later than the one before',
    })
    .optional(),
})
export type About = z.infer<typeof About>

export type FoundPlace = { latitude: number; longitude: number; wardCode?: string; wardName?: string }
/** `name`: what a place is called that is no postcode. `wardCodes`: the wards that it has a part in; where it is one alone, that is its ward too. */
export type Whereabouts = FoundPlace & { name?: string; wardCodes?: readonly string[] }

/** The council area this directory serves. */
export type CouncilArea = {
  folder: string
  about: About
  assuranceDays: AssuranceDays
  wards: Wards
  /** Where a postcode lies, and in which ward; undefined when this place does not know it. */
  locate(postcode: string): FoundPlace | undefined
  /**
   * Where somebody says that they are: a postcode, alone or in an address, a postcode district (`M33`), a town or a ward by its name, or several of these with commas between, of
   * which the first that is known counts. Undefined when this place knows none of it.
   */
  whereabouts(words: string): Whereabouts | undefined
  /** The same for a point: its ward, when it lies in one. */
  withWard(point: { latitude: number; longitude: number }): FoundPlace
}

/**
 * Opens the folder of a place: `place.json`, `wards.geojson`, `postcodes.csv.gz`, and the postcodes of the country where they have been imported, which are
 * asked first. Throws when a file is missing or is not what it should be.
 */
export const openCouncilArea = (folder: string, imported?: { postcodesFile: string | undefined; now: () => number }): CouncilArea => {
  const about = About.parse(JSON.parse(readFileSync(join(folder, 'place.json'), 'utf8')))
  const wards = openWards(join(folder, 'wards.geojson'))
  const postcodes = openPostcodes(join(folder, 'postcodes.csv.gz'))
  const country = imported?.postcodesFile === undefined ? undefined : openPostcodeFile(imported.postcodesFile, imported.now)
  const withWard = ({ latitude, longitude }: { latitude: number; longitude: number }): FoundPlace => {
    const ward = wards.at(latitude, longitude)
    return { latitude, longitude, ...(ward ? { wardCode: ward.wardCode, wardName: ward.name } : {}) }
  }
  const locate = (postcode: string): FoundPlace | undefined => {
    const written = writtenPostcode(postcode)
    const point = written === undefined ? undefined : (country?.locate(written) ?? postcodes.locate(written))
    return point && withWard(point)
  }
  const ofWards = (place: NamedPlace): Whereabouts => {
    const [wardCode, another] = place.wardCodes
    const wardName = wardCode === undefined || another !== undefined ? undefined : wards.nameOf(wardCode)
    return { ...place, ...(wardName === undefined || wardCode === undefined ? {} : { wardCode, wardName }) }
  }
  const districts = new Map<string, Whereabouts>()
  const district = (words: string): Whereabouts | undefined => {
    const name = compactPostcode(words)
    const found = districts.get(name) ?? middleOf(name, postcodes.ofDistrict(name), wards)
    if (found) districts.set(name, found)
    return found
  }
  const names = openPlaceNames(wards, townsOf(about, locate))
  const named = (words: string): Whereabouts | undefined => {
    const place = names.find(words)
    return place && ofWards(place)
  }
  return {
    folder,
    about,
    assuranceDays: daysOf(about),
    wards,
    withWard,
    locate,
    whereabouts: (words) => {
      const inAddress = words.match(postcodeInWords)?.at(-1)
      const whole = locate(words) ?? (inAddress === undefined ? undefined : locate(inAddress)) ?? district(words) ?? named(words)
      if (whole || !words.includes(',')) return whole
      for (const part of words.split(',', partsMax)) {
        const found = district(part) ?? named(part)
        if (found) return found
      }
      return undefined
    },
  }
}

const partsMax = 10
const postcodeInWords = /\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b/gi

/** A town whose postcode nobody knows is a mistake in the file, and told at once. */
const townsOf = ({ towns = [] }: About, locate: (postcode: string) => FoundPlace | undefined) =>
  towns.map(({ name, postcode }) => {
    const point = locate(postcode)
    if (!point) throw new Error(`place.json: the postcode of ${name}, ${postcode}, is not one that this place knows`)
    return { name, latitude: point.latitude, longitude: point.longitude }
  })

/** The middle of a district is that of its postcodes: where people live, and not where fields are. */
const middleOf = (name: string, points: readonly { latitude: number; longitude: number }[], wards: Wards): Whereabouts | undefined => {
  if (points.length === 0) return undefined
  const mean = (of: 'latitude' | 'longitude') => points.reduce((sum, point) => sum + point[of], 0) / points.length
  const wardCodes = new Set(points.flatMap(({ latitude, longitude }) => wards.at(latitude, longitude)?.wardCode ?? []))
  return { name, latitude: mean('latitude'), longitude: mean('longitude'), wardCodes: [...wardCodes] }
}

const daysOf = ({ assurance }: About): AssuranceDays =>
  assurance ? { askAfter: assurance.askAfterDays, downrankAfter: assurance.downrankAfterDays, hideAfter: assurance.hideAfterDays } : assuranceDaysByDefault
