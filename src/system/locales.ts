import { readDirectory } from './files.ts'

/** A locale of the C library that is installed and is not C, else C with another character set, which every glibc and musl has. */
export function findOtherLocale(): string {
  const names = readDirectory('/usr/lib/locale') ?? []
  return names.filter((name) => /^[a-z]{2,3}_[A-Z]{2}(\.[A-Za-z0-9-]+)?(@[a-z]+)?$/.test(name)).sort()[0] ?? 'C.UTF-8'
}
