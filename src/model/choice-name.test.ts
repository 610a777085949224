import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { fileTexts, packageNames, treePaths } from './arbitraries.ts'
import { choiceFault, parseChoiceName, printChoiceName } from './choice-name.ts'
import { parsePackageName } from './package-name.ts'
import { textTreePath, treePathFault } from './tree-path.ts'

test('printChoiceName() writes slashes as ">" (T30 sbase beside busybox)', () => {
  const choice = { package: parsePackageName('sbase'), path: textTreePath('/usr/bin/ls') }

  expect(printChoiceName(choice)).toBe('sbase>usr>bin>ls')
  expect(parseChoiceName('sbase>usr>bin>ls')).toEqual(choice)
})

test('parseChoiceName() gives nothing for names whose path would leave the tree', () => {
  for (const name of ['', 'ls', '>usr>bin', 'p>..>etc>passwd', 'p>', 'p>a>>b', 'p>a/b', 'p>.', '..>etc'])
    expect(parseChoiceName(name)).toBeUndefined()
})

test('printChoiceName() and parseChoiceName() are inverse where choiceFault() finds nothing', () => {
  fc.assert(
    fc.property(packageNames(), treePaths(), (name, path) => {
      const choice = { package: name, path }
      if (choiceFault(choice) === undefined) expect(parseChoiceName(printChoiceName(choice))).toEqual(choice)
      else expect(path.includes('>') || printChoiceName(choice).length > 255).toBe(true)
    }),
  )
})

test('parseChoiceName() lets no path leave its tree, for any name', () => {
  fc.assert(
    fc.property(fileTexts(), (text) => {
      const choice = parseChoiceName(text.replaceAll('/', '>'))
      if (choice !== undefined) expect(treePathFault(choice.path)).toBeUndefined()
    }),
  )
})
