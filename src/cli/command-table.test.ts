import { expect, test } from 'bun:test'
import { commandTable, optionSummaries } from './command-table.ts'

test('commandTable names every command, letter and option once, each with what it does, in a line of the help', async () => {
  const words = commandTable.flatMap(({ name, letter }) => (letter === undefined ? [name] : [name, letter]))

  expect(new Set(words).size).toBe(words.length)
  expect(commandTable.filter(({ summary }) => summary.length > 59).map(({ name }) => name)).toEqual([])
  for (const { name, options, usage, load } of commandTable) {
    for (const option of options) {
      expect([name, option, optionSummaries[option]]).toEqual([name, option, expect.any(String)])
      expect([name, usage]).toEqual([name, expect.stringContaining(option)])
    }
    expect(await load()).toBeFunction()
  }
})
