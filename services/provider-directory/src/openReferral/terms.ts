import { idFor } from '@patchwork/aggregate'
import { Category } from '@patchwork/events'

const kinds: Record<Category, { name: string; description: string }> = {
  'advice-and-money': { name: 'Advice and money', description: 'Advice, debt, benefits, grants and hardship funds.' },
  befriending: { name: 'Befriending', description: 'Company for people who are alone, and support for older people and carers.' },
  'care-at-home': { name: 'Care at home', description: 'Help with everyday life and personal care in one’s own home.' },
  'care-homes': { name: 'Care homes', description: 'Residential and nursing homes.' },
  'children-and-families': { name: 'Children and families', description: 'Help and activities for children, young people and families.' },
  'community-groups': { name: 'Community groups', description: 'Groups that people run and join in their own place.' },
  food: { name: 'Food', description: 'Food banks, pantries, meals and lunch clubs.' },
  'garden-and-home': { name: 'Garden and home', description: 'Gardening, repairs and help with the house.' },
  health: { name: 'Health', description: 'General practices and support for people with an illness or a disability.' },
  housing: { name: 'Housing', description: 'Help to find, keep or leave a home.' },
  'learning-and-work': { name: 'Learning and work', description: 'Courses, schools, training and help to find work.' },
  libraries: { name: 'Libraries', description: 'Public libraries.' },
  'mental-health': { name: 'Mental health', description: 'Counselling and support with mental health and bereavement.' },
  pharmacies: { name: 'Pharmacies', description: 'Medicines, prescriptions and advice on health.' },
  'sport-and-leisure': { name: 'Sport and leisure', description: 'Clubs and places for sport.' },
  transport: { name: 'Transport', description: 'Help to get about.' },
  other: { name: 'Other', description: 'Anything else.' },
}

export const taxonomy = {
  id: idFor('open-referral/taxonomy/patchwork-kinds'),
  name: 'Patchwork kinds of help and activity',
  description: 'What kind of help or activity something is: one kind for each, none above another.',
}

/** Patchwork's own kinds as taxonomy terms; their ids never change. */
export const termOf = (category: Category) => ({
  id: idFor(`open-referral/taxonomy-term/${category}`),
  ...kinds[category],
  taxonomy: taxonomy.name,
  taxonomy_id: taxonomy.id,
  term: category,
})

export const ownTerms = () => Category.options.map(termOf)

const categoryByTerm = new Map(Category.options.map((category) => [termOf(category).id, category]))

export const categoryOfTerm = (termId: string): Category | undefined => categoryByTerm.get(termId)
