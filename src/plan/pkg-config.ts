/** What a `.pc` file of pkg-config says about versions. Source: pkg-config(1), pc(5) of pkgconf. Text is bytes (latin1). */
export interface PkgConfigModule {
  readonly version: string | undefined
  /** Of `Requires` and `Requires.private`; `version` as `>=1.6`. */
  readonly requires: readonly { readonly name: string; readonly version: string | undefined }[]
}

const mostLines = 2000
const mostCharacters = 4096

/** Never throws; what it does not understand is left out. Its work is bounded whatever the text says. */
export function parsePkgConfig(text: string): PkgConfigModule {
  const variables = new Map<string, string>()
  const fields = new Map<string, string>()
  for (const line of text.replace(/\\\r?\n/g, '').split(/\r?\n/, mostLines)) {
    const [, name = '', mark = '', rest = ''] = /^[ \t]*([A-Za-z0-9_.]+)[ \t]*([:=])(.*)$/s.exec(line) ?? []
    if (name === '') continue
    const value = expand(rest.replace(/(?:^|[ \t])#.*$/s, '').trim(), variables)
    if (mark === '=') variables.set(name, value)
    else fields.set(name.toLowerCase(), value)
  }
  const lists = ['requires', 'requires.private'].map((field) => fields.get(field) ?? '')
  const version = fields.get('version')
  return {
    version: version === '' ? undefined : version?.replace(/\s.*$/s, ''),
    requires: lists.flatMap(parseRequires),
  }
}

/** `${prefix}/lib` with what stands above it; values are expanded already, so there is nothing to go round in. */
function expand(value: string, variables: ReadonlyMap<string, string>): string {
  return value
    .replace(/\$\{([A-Za-z0-9_.]+)\}/g, (_, name: string) => variables.get(name)?.slice(0, mostCharacters) ?? '')
    .slice(0, mostCharacters)
}

/** `zlib >= 1.2, libpng` */
function parseRequires(list: string): PkgConfigModule['requires'] {
  const pattern = /([^\s,<>=!]+)(?:\s*(<=|>=|!=|=|<|>)\s*([^\s,]+))?/g
  return [...list.matchAll(pattern)].map(([, name = '', operator, version]) => ({
    name,
    version: operator === undefined ? undefined : `${operator}${version ?? ''}`,
  }))
}
