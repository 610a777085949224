import { expect, test } from 'bun:test'
import { parsePackageName } from '../model/package-name.ts'
import { textTreePath } from '../model/tree-path.ts'
import { choicePath, findConflicts, planChoices, printManifestWithChoices } from './conflicts.ts'

const sbase = parsePackageName('sbase')
const busybox = parsePackageName('busybox')
const file = (path: string, place = path) => ({
  path: textTreePath(path),
  place: textTreePath(place),
  isDirectory: false,
})
const directory = (path: string) => ({ ...file(path), isDirectory: true })
const owners = new Map([
  [textTreePath('/usr/bin/cat'), busybox],
  [textTreePath('/usr/bin'), busybox],
])

test('findConflicts() finds files that another package has at the same place, whatever they are called', () => {
  const entries = [directory('/bin'), file('/bin/cat', '/usr/bin/cat'), file('/bin/ls', '/usr/bin/ls')]

  expect(findConflicts(sbase, entries, owners)).toEqual([
    { path: textTreePath('/bin/cat'), place: textTreePath('/usr/bin/cat'), owner: busybox, fault: undefined },
  ])
})

test('findConflicts() never finds a directory in conflict', () => {
  expect(findConflicts(sbase, [directory('/usr/bin')], owners)).toEqual([])
})

test('findConflicts() says why a file cannot become a choice', () => {
  const place = textTreePath('/usr/bin/a>b')

  const [conflict] = findConflicts(sbase, [file('/usr/bin/a>b')], new Map([[place, busybox]]))

  expect(conflict?.fault).toBe('the path holds a ">"')
})

test('choicePath() names a choice as KISS does', () => {
  expect(choicePath(sbase, textTreePath('/usr/bin/cat'))).toBe(textTreePath('/var/db/kiss/choices/sbase>usr>bin>cat'))
})

test('printManifestWithChoices() lists choices instead of the files, and their directories', () => {
  const entries = [directory('/usr'), file('/usr/cat', '/usr/bin/cat'), file('/usr/ls')]
  const conflicts = [
    { path: textTreePath('/usr/cat'), place: textTreePath('/usr/bin/cat'), owner: busybox, fault: undefined },
  ]

  expect(printManifestWithChoices(entries, planChoices(sbase, conflicts)).split('\n')).toEqual([
    '/var/db/kiss/choices/sbase>usr>bin>cat',
    '/var/db/kiss/choices/',
    '/var/db/kiss/',
    '/var/db/',
    '/var/',
    '/usr/ls',
    '/usr/',
    '',
  ])
})
