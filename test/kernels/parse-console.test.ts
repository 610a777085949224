import { expect, test } from 'bun:test'
import { parseConsole } from './parse-console.ts'

const whole = `SeaBIOS\r
@@ begin one\r
@@ fact Landlock ABI: 2\r
(pass) that\r
 12 pass\r
 3 skip\r
 1 fail\r
@@ end one 1\r
@@ begin two\r
 2 pass\r
 0 fail\r
@@ end two 0\r
@@ done\r
`

test('parseConsole() counts what each stage says', () => {
  const { stages, facts, lost } = parseConsole(whole)

  expect(stages.map(({ name, status, passed, failed, skipped }) => [name, status, passed, failed, skipped])).toEqual([
    ['one', 1, 12, 1, 3],
    ['two', 0, 2, 0, 0],
  ])
  expect([facts, lost]).toEqual([['Landlock ABI: 2'], undefined])
})

test('parseConsole() takes a stage without an end, or that fails without a summary, for a failure', () => {
  const { stages, lost } = parseConsole('@@ begin one\nerror: no such file\n@@ end one 1\n@@ begin two\n 5 pass\n')

  expect(stages.map(({ failed, status }) => [failed, status])).toEqual([
    [1, 1],
    [1, undefined],
  ])
  expect(lost).toBe('the guest ended too early')
  expect(parseConsole('@@ lost cannot mount root\n').lost).toBe('cannot mount root')
})
