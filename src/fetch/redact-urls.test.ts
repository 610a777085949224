import { expect, test } from 'bun:test'
import { redactUrls } from './redact-urls.ts'

test.each([
  ['https://user:password@host.example/x@y', 'https://***@host.example/x@y'],
  ['https://token@host.example/x', 'https://***@host.example/x'],
  ['git+https://u:p@ss@host.example/x@dev', 'git+https://***@host.example/x@dev'],
  ['git+ssh://git@host.example/x', 'git+ssh://git@host.example/x'],
  ['ssh://git:pw@host.example/x', 'ssh://***@host.example/x'],
  [
    "unable to access 'https://u:p@h.example/x/': and http://u:p@i.example",
    "unable to access 'https://***@h.example/x/': and http://***@i.example",
  ],
  ['https://host.example/x?mail=a@b', 'https://host.example/x?mail=a@b'],
  ['https://host.example?mail=a@b', 'https://host.example?mail=a@b'],
])('redactUrls() shows "%s" as "%s"', (text, shown) => {
  expect(redactUrls(text)).toBe(shown)
})
