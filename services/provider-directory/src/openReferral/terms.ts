import { Category } from '@patchwork/events'
import type { TermLanguage } from '../taxonomy/taxonomy.ts'
import { ownTaxonomy, type Words } from './ownTaxonomy.ts'

const kinds: Record<Category, Record<TermLanguage, Words>> = {
  'advice-and-money': {
    en: { name: 'Advice and money', description: 'Advice, debt, benefits, grants and hardship funds.' },
    cy: { name: 'Cyngor ac arian', description: 'Cyngor, dyledion, budd-daliadau, grantiau a chronfeydd caledi.' },
  },
  befriending: {
    en: { name: 'Befriending', description: 'Company for people who are alone, and support for older people and carers.' },
    cy: { name: 'Cwmni a chyfeillio', description: 'Cwmni i bobl sydd ar eu pen eu hunain, a chymorth i bobl hŷn a gofalwyr.' },
  },
  'care-at-home': {
    en: { name: 'Care at home', description: 'Help with everyday life and personal care in one’s own home.' },
    cy: { name: 'Gofal yn y cartref', description: 'Help gyda bywyd bob dydd a gofal personol yn eich cartref eich hun.' },
  },
  'care-homes': {
    en: { name: 'Care homes', description: 'Residential and nursing homes.' },
    cy: { name: 'Cartrefi gofal', description: 'Cartrefi preswyl a chartrefi nyrsio.' },
  },
  'children-and-families': {
    en: { name: 'Children and families', description: 'Help and activities for children, young people and families.' },
    cy: { name: 'Plant a theuluoedd', description: 'Help a gweithgareddau i blant, pobl ifanc a theuluoedd.' },
  },
  'community-groups': {
    en: { name: 'Community groups', description: 'Groups that people run and join in their own place.' },
    cy: { name: 'Grwpiau cymunedol', description: 'Grwpiau y mae pobl yn eu rhedeg ac yn ymuno â nhw yn eu lle eu hunain.' },
  },
  food: {
    en: { name: 'Food', description: 'Food banks, pantries, meals and lunch clubs.' },
    cy: { name: 'Bwyd', description: 'Banciau bwyd, pantrïoedd, prydau a chlybiau cinio.' },
  },
  'garden-and-home': {
    en: { name: 'Garden and home', description: 'Gardening, repairs and help with the house.' },
    cy: { name: 'Gardd a chartref', description: 'Garddio, atgyweirio a help gyda’r tŷ.' },
  },
  health: {
    en: { name: 'Health', description: 'General practices and support for people with an illness or a disability.' },
    cy: { name: 'Iechyd', description: 'Meddygfeydd teulu a chymorth i bobl sydd â salwch neu anabledd.' },
  },
  housing: {
    en: { name: 'Housing', description: 'Help to find, keep or leave a home.' },
    cy: { name: 'Tai', description: 'Help i ddod o hyd i gartref, ei gadw neu ei adael.' },
  },
  'learning-and-work': {
    en: { name: 'Learning and work', description: 'Courses, schools, training and help to find work.' },
    cy: { name: 'Dysgu a gwaith', description: 'Cyrsiau, ysgolion, hyfforddiant a help i ddod o hyd i waith.' },
  },
  libraries: {
    en: { name: 'Libraries', description: 'Public libraries.' },
    cy: { name: 'Llyfrgelloedd', description: 'Llyfrgelloedd cyhoeddus.' },
  },
  'mental-health': {
    en: { name: 'Mental health', description: 'Counselling and support with mental health and bereavement.' },
    cy: { name: 'Iechyd meddwl', description: 'Cwnsela a chymorth gydag iechyd meddwl a phrofedigaeth.' },
  },
  pharmacies: {
    en: { name: 'Pharmacies', description: 'Medicines, prescriptions and advice on health.' },
    cy: { name: 'Fferyllfeydd', description: 'Meddyginiaethau, presgripsiynau a chyngor ar iechyd.' },
  },
  'sport-and-leisure': {
    en: { name: 'Sport and leisure', description: 'Clubs and places for sport.' },
    cy: { name: 'Chwaraeon a hamdden', description: 'Clybiau a lleoedd ar gyfer chwaraeon.' },
  },
  transport: {
    en: { name: 'Transport', description: 'Help to get about.' },
    cy: { name: 'Mynd o le i le', description: 'Help i fynd o le i le.' },
  },
  other: {
    en: { name: 'Other', description: 'Anything else.' },
    cy: { name: 'Arall', description: 'Unrhyw beth arall.' },
  },
}

const aboutKinds: Record<TermLanguage, Words> = {
  en: {
    name: 'Patchwork kinds of help and activity',
    description: 'What kind of help or activity something is: one kind for each, none above another.',
  },
  cy: {
    name: 'Mathau Patchwork o help a gweithgaredd',
    description: 'Pa fath o help neu weithgaredd yw rhywbeth: un math i bob un, heb yr un uwchlaw’r llall.',
  },
}

/** Patchwork's own kinds as taxonomy terms. */
export const {
  taxonomyIn,
  termOf,
  termsIn: ownTerms,
  codeOfTerm: categoryOfTerm,
} = ownTaxonomy<Category>({ name: 'patchwork-kinds', termPath: (category) => category, about: aboutKinds, codes: Category.options, words: kinds })
export const taxonomy = taxonomyIn()
