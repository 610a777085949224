/**
 * The system calls that a build may not make, as a classic BPF program. What is not named is allowed: a build runs anything,
 * and the file system, the network and other processes are closed by other means; here go calls that reach the kernel itself or
 * undo those means. Numbers from the kernel's tables for x86-64 and asm-generic (arm64).
 */
export type Processor = 'x64' | 'arm64'

export interface CallRule {
  readonly call: string
  /** Undefined: the processor has no such call. */
  readonly numbers: { readonly [processor in Processor]: number | undefined }
  readonly errno: number
  /** Refused only where this holds for the low 32 bits of an argument. */
  readonly when?: {
    readonly argument: number
    readonly has:
      | { readonly anyBitOf: number }
      | { readonly oneOf: readonly number[] }
      | { readonly noneOf: readonly number[] }
  }
}

const EPERM = 1
const ENOSYS = 38
const EAFNOSUPPORT = 97

/** CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID and NET. NEWTIME (0x80) is a signal number in clone's flags. */
const newNamespaces = 0x7e02_0000

/** [x86-64, arm64]; one number alone is both's. */
const refused: Readonly<Record<string, readonly [x64: number, arm64?: number | undefined]>> = {
  // Mounts.
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  open_tree: [428],
  move_mount: [429],
  fsopen: [430],
  fsconfig: [431],
  fsmount: [432],
  fspick: [433],
  mount_setattr: [442],
  open_tree_attr: [467],
  open_by_handle_at: [304, 265],
  // Namespaces of others; new ones: see `conditional`.
  setns: [308, 268],
  // Other processes.
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_getfd: [438],
  kcmp: [312, 272],
  // The kernel itself.
  bpf: [321, 280],
  perf_event_open: [298, 241],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  userfaultfd: [323, 282],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  io_uring_setup: [425],
  io_uring_enter: [426],
  io_uring_register: [427],
  fanotify_init: [300, 262],
  syslog: [103, 116],
  acct: [163, 89],
  quotactl: [179, 60],
  quotactl_fd: [443],
  swapon: [167, 224],
  swapoff: [168, 225],
  reboot: [169, 142],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  vhangup: [153, 58],
  // Some processors only.
  iopl: [172, undefined],
  ioperm: [173, undefined],
  // The clock.
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  clock_adjtime: [305, 266],
  adjtimex: [159, 171],
}

const conditional: readonly CallRule[] = [
  {
    call: 'unshare',
    numbers: { x64: 272, arm64: 97 },
    errno: EPERM,
    when: { argument: 0, has: { anyBitOf: newNamespaces | 0x80 } },
  },
  {
    call: 'clone',
    numbers: { x64: 56, arm64: 220 },
    errno: EPERM,
    when: { argument: 0, has: { anyBitOf: newNamespaces } },
  },
  // Its flags are behind a pointer, which no filter can follow: C libraries use clone where the kernel has no clone3.
  { call: 'clone3', numbers: { x64: 435, arm64: 435 }, errno: ENOSYS },
  // PTRACE_ATTACH, PTRACE_SEIZE. Whoever asks to be traced by its parent may.
  {
    call: 'ptrace',
    numbers: { x64: 101, arm64: 117 },
    errno: EPERM,
    when: { argument: 0, has: { oneOf: [16, 0x4206] } },
  },
  // TIOCSTI types into a terminal, TIOCLINUX pastes into one.
  {
    call: 'ioctl',
    numbers: { x64: 16, arm64: 29 },
    errno: EPERM,
    when: { argument: 1, has: { oneOf: [0x5412, 0x541c] } },
  },
  // AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. Of the others some, AF_VSOCK for one, know no network namespaces.
  {
    call: 'socket',
    numbers: { x64: 41, arm64: 198 },
    errno: EAFNOSUPPORT,
    when: { argument: 0, has: { noneOf: [1, 2, 10, 16] } },
  },
]

/** What a process may not either that unpacks archives: no call for paths that changes what Landlock does not look at. */
const refusedToStage: Readonly<Record<string, readonly [x64: number | undefined, arm64?: number | undefined]>> = {
  // Of any kind: its pipes are socketpair's.
  socket: [41, 198],
  chmod: [90, undefined],
  fchmodat: [268, 53],
  fchmodat2: [452],
  chown: [92, undefined],
  lchown: [94, undefined],
  fchownat: [260, 54],
  setxattr: [188, 5],
  lsetxattr: [189, 6],
  setxattrat: [463],
  removexattr: [197, 14],
  lremovexattr: [198, 15],
  removexattrat: [466],
  utime: [132, undefined],
  utimes: [235, undefined],
  futimesat: [261, undefined],
  file_setattr: [469],
}

/** Rules for that process, which come before all others. */
export const stageRules: readonly CallRule[] = refusals(refusedToStage)

/** Every rule, for the program and for whoever wants to read them. */
export const callRules: readonly CallRule[] = [...refusals(refused), ...conditional]

function refusals(
  calls: Readonly<Record<string, readonly [x64: number | undefined, arm64?: number | undefined]>>,
): CallRule[] {
  return Object.entries(calls).map(([call, [x64, ...others]]) => {
    return { call, numbers: { x64, arm64: others.length === 0 ? x64 : others[0] }, errno: EPERM }
  })
}

/** AUDIT_ARCH_* of linux/audit.h. */
const architectures = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const
/** x86-64 takes numbers from here on for the x32 ABI. */
const firstForeignNumber = 0x4000_0000

const allow = 0x7fff_0000
const killProcess = 0x8000_0000
const refuseWith = (errno: number): number => 0x0005_0000 | errno

/** Offsets in struct seccomp_data; both processors are little-endian. */
const offsets = { number: 0, architecture: 4, argument: (index: number): number => 16 + 8 * index }

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, operand: number]
const load = (offset: number): Instruction => [0x20, 0, 0, offset]
const skipUnlessEqual = (value: number, count: number): Instruction => [0x15, 0, count, value]
const skipIfEqual = (value: number, count: number): Instruction => [0x15, count, 0, value]
const skipUnlessAtLeast = (value: number, count: number): Instruction => [0x35, 0, count, value]
const skipUnlessAnyBit = (bits: number, count: number): Instruction => [0x45, 0, count, bits]
const end = (action: number): Instruction => [0x06, 0, 0, action]

/**
 * The program for `processor`, eight bytes an instruction. A call of another ABI of the processor (i386, 32-bit arm) ends its
 * process; an x32 call does not exist. `first` has rules that come before the others.
 */
export function compileFilter(processor: Processor, first: readonly CallRule[] = []): Uint8Array {
  const program: Instruction[] = [
    load(offsets.architecture),
    skipIfEqual(architectures[processor], 1),
    end(killProcess),
    load(offsets.number),
    skipUnlessAtLeast(firstForeignNumber, 1),
    end(refuseWith(ENOSYS)),
  ]
  for (const { numbers, errno, when } of [...first, ...callRules]) {
    const number = numbers[processor]
    if (number === undefined) continue
    const body = when === undefined ? [end(refuseWith(errno))] : conditionBody(when, refuseWith(errno))
    program.push(skipUnlessEqual(number, body.length), ...body)
  }
  program.push(end(allow))
  const bytes = Buffer.alloc(program.length * 8)
  program.forEach(([code, ifTrue, ifFalse, operand], index) => {
    bytes.writeUInt16LE(code, index * 8)
    bytes.writeUInt8(ifTrue, index * 8 + 2)
    bytes.writeUInt8(ifFalse, index * 8 + 3)
    bytes.writeUInt32LE(operand, index * 8 + 4)
  })
  return bytes
}

/** Only reached by the call it is for, so that it ends every way. */
function conditionBody({ argument, has }: NonNullable<CallRule['when']>, action: number): Instruction[] {
  const value = load(offsets.argument(argument))
  if ('anyBitOf' in has) return [value, skipUnlessAnyBit(has.anyBitOf, 1), end(action), end(allow)]
  const isRefusing = 'oneOf' in has
  const values = isRefusing ? has.oneOf : has.noneOf
  const onMatch = isRefusing ? action : allow
  const otherwise = isRefusing ? allow : action
  return [value, ...values.flatMap((one) => [skipUnlessEqual(one, 1), end(onMatch)]), end(otherwise)]
}
