/** What a root holds after commands, in the simplest words: which packages are installed, who has a path that several have. */
export interface Model {
  readonly installed: ReadonlyMap<string, string>
  /** For each path the package whose file is there. */
  readonly owners: ReadonlyMap<string, string>
}

export const emptyModel: Model = { installed: new Map(), owners: new Map() }

/** A package that exists: its files, by version. */
export interface KnownPackage {
  readonly name: string
  readonly versions: Readonly<Record<string, readonly string[]>>
}

export type Command =
  | { readonly kind: 'install'; readonly packages: readonly { readonly name: string; readonly version: string }[] }
  | { readonly kind: 'remove'; readonly names: readonly string[] }
  | { readonly kind: 'swap'; readonly name: string; readonly path: string }
  | { readonly kind: 'undo' | 'redo' }

/** Of every installed package its paths, and which of them are kept as alternatives. */
export function filesOf(
  model: Model,
  world: readonly KnownPackage[],
): { name: string; path: string; isChoice: boolean }[] {
  return [...model.installed].flatMap(([name, version]) => {
    const paths = world.find((one) => one.name === name)?.versions[version] ?? []
    return paths.map((path) => ({ name, path, isChoice: model.owners.get(path) !== name }))
  })
}

/** The model after a command; undefined where kith must refuse it. */
export function carryOutInModel(model: Model, command: Command, world: readonly KnownPackage[]): Model | undefined {
  switch (command.kind) {
    case 'install':
      return command.packages.reduce((now, { name, version }) => installOne(now, name, version, world), model)
    case 'remove':
      return removeAll(model, command.names, world)
    case 'swap': {
      const { name, path } = command
      const isChoice = filesOf(model, world).some((one) => one.name === name && one.path === path && one.isChoice)
      return isChoice ? { ...model, owners: new Map(model.owners).set(path, name) } : undefined
    }
    default:
      throw new Error('history is not part of the model')
  }
}

/** Whoever has a path keeps it; what nobody has any more goes to nobody. */
function installOne(model: Model, name: string, version: string, world: readonly KnownPackage[]): Model {
  const paths = world.find((one) => one.name === name)?.versions[version] ?? []
  const owners = new Map([...model.owners].filter(([path, owner]) => owner !== name || paths.includes(path)))
  for (const path of paths) if (!owners.has(path)) owners.set(path, name)
  return { installed: new Map(model.installed).set(name, version), owners }
}

/** Refused where one is not installed, or where a package that stays has an alternative to one of their files. */
function removeAll(model: Model, names: readonly string[], world: readonly KnownPackage[]): Model | undefined {
  if (names.some((name) => !model.installed.has(name))) return undefined
  const staying = filesOf(model, world).filter(({ name, isChoice }) => isChoice && !names.includes(name))
  if (staying.some(({ path }) => names.includes(model.owners.get(path) ?? ''))) return undefined
  return {
    installed: new Map([...model.installed].filter(([name]) => !names.includes(name))),
    owners: new Map([...model.owners].filter(([, owner]) => !names.includes(owner))),
  }
}
