import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type AssuranceDays, assuranceDaysByDefault } from '../domain/assurance.ts'
import { openPostcodeFile } from './postcodeFile.ts'
import { openPostcodes, writtenPostcode } from './postcodes.ts'
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

/** The council area this directory serves. */
export type CouncilArea = {
  folder: string
  about: About
  assuranceDays: AssuranceDays
  wards: Wards
  /** Where a postcode lies, and in which ward; undefined when this place does not know it. */
  locate(postcode: string): FoundPlace | undefined
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
  return {
    folder,
    about,
    assuranceDays: daysOf(about),
    wards,
    withWard,
    locate: (postcode) => {
      const written = writtenPostcode(postcode)
      const point = written === undefined ? undefined : (country?.locate(written) ?? postcodes.locate(written))
      return point && withWard(point)
    },
  }
}

const daysOf = ({ assurance }: About): AssuranceDays =>
  assurance ? { askAfter: assurance.askAfterDays, downrankAfter: assurance.downrankAfterDays, hideAfter: assurance.hideAfterDays } : assuranceDaysByDefault
