/** Recipes of real libraries and of programs that are linked with them, for tests that change what a library is called. */

export interface LibraryRecipe {
  /** `foo` makes `libfoo.so.<major>` with a function `foo`. */
  readonly name: string
  readonly major: number
  /** Libraries that it is linked with. */
  readonly needs?: readonly string[]
  /** What the function returns. */
  readonly value?: number
  /** Further functions. */
  readonly symbols?: readonly string[]
}

/** The build script of a shared library. */
export function libraryBuild({ name, major, needs = [], value = major, symbols = [] }: LibraryRecipe): string {
  const calls = needs.map((need) => ` + ${need}()`).join('')
  const more = symbols.map((symbol) => `int ${name}_${symbol}(void) { return ${value}; }`).join('\n')
  return `#!/bin/sh -e
mkdir -p "$1/usr/lib"
cat >lib.c <<'END'
${needs.map((need) => `int ${need}(void);`).join('\n')}
int ${name}(void) { return ${value}${calls}; }
${more}
END
cc -shared -fPIC -nostdlib -L/usr/lib -Wl,-soname,lib${name}.so.${major} -o "$1/usr/lib/lib${name}.so.${major}" lib.c ${links(needs)}
ln -s lib${name}.so.${major} "$1/usr/lib/lib${name}.so"
`
}

/** The build script of a program that calls libraries. */
export function programBuild(name: string, needs: readonly string[]): string {
  return `#!/bin/sh -e
mkdir -p "$1/usr/bin"
cat >main.c <<'END'
${needs.map((need) => `int ${need}(void);`).join('\n')}
int main(void) { return (0${needs.map((need) => ` + ${need}()`).join('')}) & 127; }
END
cc -L/usr/lib -Wl,--allow-shlib-undefined -o "$1/usr/bin/${name}" main.c ${links(needs)}
`
}

function links(needs: readonly string[]): string {
  return needs.map((need) => `-l${need}`).join(' ')
}
