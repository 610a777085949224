/** What a build can miss. `unknown`: a message that names it does not say what it is. */
export type MissingKind =
  | 'command'
  | 'header'
  /** By what follows `-l`. */
  | 'library'
  /** By its file name: `libz.so.1`, `crt1.o`. */
  | 'library-file'
  | 'pkg-config'
  | 'cmake'
  | 'python'
  | 'perl'
  /** A macro of autoconf. */
  | 'm4'
  | 'unknown'

/** A message of a tool: `pattern` is tried around `needle` only. */
export interface MissingMessage {
  readonly kind: MissingKind
  readonly needle: string
  /** Its first group is the name, or a list of names; where it has none, `name` is what is missing. */
  readonly pattern: RegExp
  readonly name?: string
}

/** Stand for names in a pattern. Every repetition is bounded, so that no text makes matching slow. */
const placeholders: Readonly<Record<string, string>> = {
  '{name}': '([A-Za-z0-9_][A-Za-z0-9_.+-]{0,99})',
  '{word}': '[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}',
  '{file}': '([A-Za-z0-9_+.][A-Za-z0-9_+./-]{0,199})',
  '{list}': "([A-Za-z0-9_+.,;:<>=' /-]{1,300})",
  '{macro}': '([A-Z][A-Z0-9]{0,30}_[A-Z0-9_]{2,80})',
  '{path}': '/[A-Za-z0-9_./+-]{0,150}',
  '{open}': '["\'`‘“]',
  '{close}': '["\'`’”]',
}

function message(kind: MissingKind, needle: string, pattern: string, name?: string): MissingMessage {
  const source = pattern.replace(/\{[a-z]+\}/g, (word) => placeholders[word] ?? word)
  return { kind, needle, pattern: new RegExp(source), ...(name === undefined ? {} : { name }) }
}

const notThere = 'No such file or directory'

/** dash, ash: `x: 1: foo: not found`; bash: `x: line 1: foo: command not found`; mksh: `x[1]: foo: inaccessible or …`. */
const ofShells: readonly MissingMessage[] = [
  message('command', 'not found', '(?:[:\\]] |bin/){name}: (?:inaccessible or |command )?not found'),
  message('command', 'command not found: ', 'command not found: {name}'),
  message('command', notThere, 'line [0-9]{1,9}: {path}bin/{name}: No such file'),
  message('command', 'bad interpreter', ': {path}/{name}: bad interpreter'),
  message('command', 'bad interpreter: ', 'bad interpreter: {path}/{name}:'),
  message('command', notThere, '(?:env|xargs|nice|nohup|setsid|stdbuf): {open}?{name}{close}?: No such file'),
  message('command', notThere, "(?:failed to run command|can't execute) {open}(?:{path}/)?{name}{close}: No such file"),
  message('command', notThere, 'make(?:\\[[0-9]{1,4}\\])?: (?:{path}/)?{name}: No such file'),
  message('command', ': Command not found', 'make(?:\\[[0-9]{1,4}\\])?: (?:{path}/)?{name}: Command not found'),
]

const ofCompilers: readonly MissingMessage[] = [
  message('header', notThere, 'fatal error: {file}: No such file'),
  message('header', 'file not found', 'fatal error: {open}{file}{close} file not found'),
  message('header', 'no include path', 'no include path in which to search for {file}'),
  message('header', 'include file', 'include file {open}{file}{close} not found'),
  message('command', 'execvp', '(?:cannot execute|error trying to exec) {open}{name}{close}: execvp: No such file'),
  message('command', 'collect2: ', 'collect2: fatal error: cannot find {open}{name}{close}'),
  message('command', "doesn't exist", "Executable {open}{name}{close} doesn't exist"),
  message('library', 'cannot find -l', 'cannot find -l{name}'),
  message('library-file', 'cannot find -l:', 'cannot find -l:{name}'),
  message('library-file', 'cannot find ', 'cannot find ([A-Za-z0-9]{2,20}\\.o)\\b'),
  message('library', 'unable to find library -l', 'unable to find library -l{name}'),
  message('library', 'library not found: ', 'mold: (?:fatal|error): library not found: {name}'),
  message('library', 'native static library', 'could not find native static library {open}{name}{close}'),
  message('library-file', 'needed by', 'warning: {name}, needed by [^,]{1,200}, not found'),
  message('library-file', 'cannot open shared object file', '{name}: cannot open shared object file: No such file'),
  message('library-file', 'Error loading shared library', 'Error loading shared library {name}: No such file'),
  message('library-file', 'valid shared libraries', "find any valid shared libraries matching: \\['{name}'"),
]

const ofPkgConfig: readonly MissingMessage[] = [
  message('pkg-config', 'pkg-config search path', 'Package {name} was not found in the pkg-config search path'),
  message('pkg-config', 'No package ', "^(?:[^-].{0,80}: )?No package '{name}' found"),
  message('pkg-config', 'not found', "^Package '{name}'(?:, required by '[^']{1,100}',)? not found"),
  message('pkg-config', 'Package requirements', 'Package requirements \\({list}\\) were not met'),
  message('pkg-config', 'None of the required', "None of the required '{list}' found"),
  message('pkg-config', 'The system library', 'The system library {open}{name}{close} required by crate'),
  message('pkg-config', '.pc', 'The file {open}([A-Za-z0-9_][A-Za-z0-9_.+-]{0,99})\\.pc{close} needs to be installed'),
  message('command', 'The pkg-config ', 'The pkg-config (?:script|command) could not be found', 'pkg-config'),
  message('command', 'kg-config', 'Pkg-config (?:for machine [a-z ]{1,30} |binary .{1,60} )?not found', 'pkg-config'),
]

const subject =
  '(?:[Tt]he )?{open}?{name}{close}?(?: (?:library|program|command|tool|utility|headers?|development files))?'
const isNot = '(?:is |was |were |are )?(?:not (?:be )?found|required|needed|not installed|missing|not available)'
const cannotFind =
  "(?:[Cc]ould not find|[Cc]annot find|[Cc]an't find|[Uu]nable to find|[Mm]issing(?: required)?) (?:the |a |an |required |suitable ){0,2}(?:library |program |tool |command )?"

const ofAutotools: readonly MissingMessage[] = [
  message('command', "Can't exec ", `Can't exec "{name}": No such file`),
  message('command', 'no acceptable', 'no acceptable C compiler found', 'cc'),
  message('command', 'no acceptable', 'no acceptable {name} could be found'),
  message('command', 'missing on your system', '{open}{name}{close} is missing on your system'),
  message(
    'unknown',
    'error: ',
    `(?:configure|autogen(?:\\.sh)?|bootstrap): error: [* ]{0,5}${cannotFind}{open}?{name}`,
  ),
  message('unknown', 'error: ', `(?:configure|autogen(?:\\.sh)?|bootstrap): error: [* ]{0,5}${subject} ${isNot}`),
  message('unknown', 'installed', 'You (?:must|need to) have {open}?{name}{close}? (?:\\S{1,30} )?installed'),
  message('perl', 'perl module', 'error: ([A-Za-z]\\w{0,60}(?:::\\w{1,60}){0,6}) perl module is required'),
  message('m4', 'undefined macro: ', 'possibly undefined macro: {macro}'),
  message('m4', 'not found in library', 'macro {open}{macro}{close} not found in library'),
  message('m4', ': `', 'line [0-9]{1,9}: `[ \\t]{0,20}{macro}\\('),
  message('m4', 'before running', 'must install ([a-z][a-z-]{1,40}) [0-9.]{1,20} or later before running autoconf'),
]

const ofCmakeAndMeson: readonly MissingMessage[] = [
  message('cmake', 'Could NOT find ', '^(?:\\s{1,8}|CMake Error: )Could NOT find {name}'),
  message('cmake', 'Config.cmake', '^\\s{4}([A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}?)Config\\.cmake$'),
  message('unknown', 'using the following names', '^\\s{1,8}Could not find {word} using the following names: {list}'),
  message('command', 'build program', 'unable to find a build program corresponding to "Ninja"', 'ninja'),
  message('command', 'build program', 'unable to find a build program corresponding to "Unix Makefiles"', 'make'),
  message('command', 'CMAKE_', 'No CMAKE_C_COMPILER could be found', 'cc'),
  message('command', 'CMAKE_', 'No CMAKE_CXX_COMPILER could be found', 'c++'),
  message('command', 'ERROR: Program', "ERROR: Program(?:\\(s\\))? \\[?'{list}'\\]? not found"),
  message('pkg-config', 'ERROR: ', 'ERROR: +Dependency "{name}" not found'),
  message(
    'library',
    'ERROR: ',
    "ERROR: [A-Za-z+]{1,20} (?:shared or static |shared |static )?library '{name}' not found",
  ),
  message('header', 'ERROR: ', "ERROR: (?:[A-Za-z+]{1,20} )?[Hh]eader '{file}' not found"),
  message('python', 'missing modules: ', 'is missing modules: {list}'),
  message('command', 'Unknown compiler', "ERROR: Unknown compiler\\(s\\): \\[\\['{name}'"),
  message('command', 'detect Ninja', 'ERROR: Could not detect Ninja', 'ninja'),
]

const ofLanguages: readonly MissingMessage[] = [
  message('python', 'No module named', 'No module named {open}?([A-Za-z_]\\w{0,60}(?:\\.\\w{1,60}){0,6})'),
  message('python', 'No matching distribution', 'No matching distribution found for {name}'),
  message('command', notThere, "\\[Errno 2\\] No such file or directory: '{name}'"),
  message('perl', "Can't locate ", "Can't locate ([A-Za-z]\\w{0,60}(?:/\\w{1,60}){0,6})\\.pm in @INC"),
  message('command', 'executable file not found', 'exec: "{name}": executable file not found in'),
  message('command', 'linker ', 'error: linker {open}{name}{close} not found'),
  message('command', 'could not execute process', 'could not execute process {open}{name}'),
  message('command', 'installed?', '[iI]s {open}{name}{close} (?:not )?installed\\?'),
  message('command', 'failed to find tool', 'failed to find tool {open}{name}{close}'),
]

/** Every message that is known, of tools as their releases of the last years print them in the C locale or in English. */
export const missingMessages: readonly MissingMessage[] = [
  ...ofShells,
  ...ofCompilers,
  ...ofPkgConfig,
  ...ofAutotools,
  ...ofCmakeAndMeson,
  ...ofLanguages,
]
