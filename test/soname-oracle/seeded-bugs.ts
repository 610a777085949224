import { findLostLibraries } from '../../src/plan/lost-libraries.ts'
import { type Finder, findRebuilds, type Question } from './judge-change.ts'

/** Mistakes in who is rebuilt: what the oracle must find. */
export interface SeededBug {
  readonly name: string
  /** What it leads to: packages that are forgotten, or ones that need not be rebuilt. */
  readonly shows: 'misses' | 'extra'
  readonly find: Finder
}

export const seededBugs: readonly SeededBug[] = [
  { name: 'nothing is ever rebuilt', shows: 'misses', find: () => new Set() },
  { name: 'a library counts wherever it lies', shows: 'misses', find: (question) => findRebuilds(anywhere(question)) },
  {
    name: 'of what a file needs only one library is looked at',
    shows: 'misses',
    find({ before, rebuilt, ...rest }) {
      const shorten = (packages: Question['before']): Question['before'] =>
        new Map([...packages].map(([name, { offers, needs }]) => [name, { offers, needs: needs.slice(0, 1) }]))
      return findRebuilds({ ...rest, before: shorten(before), rebuilt: shorten(rebuilt) })
    },
  },
  {
    name: 'everything that depends on it is rebuilt, linked or not',
    shows: 'extra',
    find: ({ world, change }) =>
      new Set(world.filter((one) => one.depends.includes(change.package)).map(({ name }) => name)),
  },
  {
    name: 'what a package brings itself is looked for elsewhere',
    shows: 'extra',
    find({ change, before, rebuilt }) {
      const after = new Map(
        [...before].map(([name, offers]) => [
          name,
          name === change.package ? (rebuilt.get(name) ?? offers) : { ...offers, offers: [] },
        ]),
      )
      return new Set(findLostLibraries(before, after).map((one) => String(one.package)))
    },
  },
]

/** As if every directory were one where all look. */
function anywhere({ before, rebuilt, ...rest }: Question): Question {
  const flatten = (packages: Question['before']): Question['before'] =>
    new Map(
      [...packages].map(([name, { offers, needs }]) => [
        name,
        { offers: offers.map((offer) => ({ ...offer, directory: '/usr/lib' })), needs },
      ]),
    )
  return { ...rest, before: flatten(before), rebuilt: flatten(rebuilt) }
}
