/**
 * The rooms of the code, from the top down. A room imports from itself and from rooms below it, type imports
 * included; `make test` checks that. docs/architecture.md says what each room is for.
 */
const ROOMS = [
  'src/cli.ts',
  'src/cli',
  'bench/run',
  'bench/scenarios',
  'bench/report',
  'bench/contenders',
  'bench/race',
  'bench/analysis',
  'bench/generator/main.ts',
  'bench/generator/handle.ts',
  'bench/generator/loads',
  'bench/generator/sockets',
  'bench/generator/protocol',
  'bench/peers',
  'src/lab',
  'bench/lib',
  'src/check',
  'src/demo',
  'src/timeline',
  'src/clients/watch',
  'src/clients/once',
  'src/clients/talk',
  'src/clients/http',
  'src/clients/terminal',
  'src/clients/wire',
  'src/server',
  'src/models',
  'workers',
  'src/threads',
  'src/datagrams',
  'src/admin',
  'src/serving',
  'src/services',
  'src/shared',
  'src/connection',
  'src/log',
  'src/plots',
  'src/base',
];

/** A regular expression for the paths of some rooms. */
const pathsOf = (rooms) => `^(${rooms.map((room) => (room.endsWith('.ts') ? room : `${room}/`)).join('|')})`;

module.exports = {
  forbidden: [
    { name: 'circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'outside-all-rooms',
      severity: 'error',
      from: { path: '^(src|workers|bench)/', pathNot: pathsOf(ROOMS) },
      to: {},
    },
    ...ROOMS.slice(1).map((room, above) => ({
      name: `upwards-from-${room}`,
      severity: 'error',
      from: { path: pathsOf([room]) },
      to: { path: pathsOf(ROOMS.slice(0, above + 1)) },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
