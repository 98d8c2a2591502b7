/** What may be read: regular YAML files of bounded size, and included ones inside the project root only. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Diagnostic, renderDiagnostics } from './diagnostics.ts';
import { loadScenarios } from './load.ts';

const secret = 'root-x-0-0-content-of-a-foreign-file';
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'scenario-includes-')));
const foreign = join(folder, 'foreign');
const socket = createServer();
beforeAll(async () => {
  mkdirSync(foreign);
  writeFileSync(join(foreign, 'secret.yaml'), `${secret}\n`);
  writeFileSync(join(foreign, 'valid.yaml'), 'vars: { x: 1 }\n');
  execFileSync('mkfifo', [join(foreign, 'fifo.yaml')]);
});
afterAll(async () => {
  socket.close();
  rmSync(folder, { recursive: true });
});

let projects = 0;
function createProject(files: Record<string, string>): string {
  const project = join(folder, `project-${projects++}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
  return project;
}

function load(projectRoot: string, paths = ['a.yaml'], root = projectRoot) {
  const { cases, diagnostics, sources } = loadScenarios(paths, { projectRoot, root, personas: {} });
  const text = ({ file, line, column, message, hint }: Diagnostic) =>
    `${file}:${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`;
  return { cases, errors: diagnostics.map(text), printed: renderDiagnostics(diagnostics, { sources }) };
}

const scenario = (...includes: string[]) =>
  `id: a\ninclude: ${JSON.stringify(includes)}\nsteps: [open-security-info]\n`;

describe('an include outside of the project root', () => {
  test.each<[what: string, include: string, link?: [name: string, target: string]]>([
    ['by a relative path', '../foreign/secret.yaml'],
    ['by a relative path, also if the file is valid', '../foreign/valid.yaml'],
    ['through a folder of the project', 'shared/../../foreign/secret.yaml'],
    ['by a symbolic link to a file', 'link.yaml', ['link.yaml', join(foreign, 'secret.yaml')]],
    ['by a symbolic link to a folder', 'linked/secret.yaml', ['linked', foreign]],
    ['by a relative symbolic link', 'link.yaml', ['link.yaml', '../foreign/secret.yaml']],
    ['by a symbolic link to a fifo', 'link.yaml', ['link.yaml', join(foreign, 'fifo.yaml')]],
    ['by a symbolic link to a device', 'link.yaml', ['link.yaml', '/dev/zero']],
  ])('%s is refused with one diagnostic, and its content is not printed', (_what, include, link) => {
    const project = createProject({ 'a.yaml': scenario(include), 'shared/b.yaml': 'vars: {}\n' });
    if (link) symlinkSync(link[1], join(project, link[0]));
    const { cases, errors, printed } = load(project);
    expect(cases).toEqual([]);
    expect(errors).toEqual([
      `a.yaml:2:11 Cannot include ${include}: it is outside of the project root ${project} | Option --root names another project root`,
    ]);
    expect(printed).not.toContain(secret);
  });

  test('is read if the project root contains it', () => {
    const project = createProject({ 'a.yaml': scenario('../foreign/valid.yaml') });
    expect(load(project, ['a.yaml'], folder)).toMatchObject({ errors: [], cases: [{ vars: { x: 1 } }] });
  });

  test('is not read for a folder whose name only begins like the project root', () => {
    const project = createProject({ 'a.yaml': scenario('../project-9x/b.yaml') });
    mkdirSync(join(folder, 'project-9x'));
    writeFileSync(join(folder, 'project-9x/b.yaml'), secret);
    expect(load(project, ['a.yaml'], join(folder, 'project-9')).errors).toEqual([
      expect.stringContaining('Cannot include ../project-9x/b.yaml: it is outside of the project root'),
    ]);
  });

  test('is refused in an included file, too, at its place there', () => {
    const project = createProject({
      'a.yaml': scenario('b.yaml'),
      'b.yaml': 'vars: {}\ninclude: [../foreign/secret.yaml]\n',
    });
    expect(load(project).errors).toEqual([
      expect.stringMatching(/^b\.yaml:2:11 Cannot include .* outside of the project root/),
    ]);
  });

  test('is refused for a symbolic link in a folder that is loaded', () => {
    const project = createProject({ 'a.yaml': scenario() });
    symlinkSync(join(foreign, 'secret.yaml'), join(project, 'link.yaml'));
    const { errors, printed } = load(project, ['.']);
    expect(errors).toEqual([
      expect.stringMatching(/^link\.yaml:1:1 Cannot read link\.yaml: it is outside of the project root/),
    ]);
    expect(printed).not.toContain(secret);
  });
});

describe('inside the project root', () => {
  test('symbolic links are followed, and a file is one file under all its names', () => {
    const project = createProject({
      'a.yaml': scenario('link.yaml', 'linked/b.yaml'),
      'shared/b.yaml': 'vars: { x: 1 }\n',
    });
    symlinkSync('shared/b.yaml', join(project, 'link.yaml'));
    symlinkSync('shared', join(project, 'linked'));
    symlinkSync('a.yaml', join(project, 'again.yaml'));
    const { cases, errors } = load(project, ['.']);
    expect(errors).toEqual([]);
    expect(cases.map(({ id, vars }) => [id, vars])).toEqual([['a', { x: 1 }]]);
  });

  test('a project root that is a symbolic link itself contains its files', () => {
    const project = createProject({ 'a.yaml': scenario('b.yaml'), 'b.yaml': 'vars: { x: 1 }\n' });
    symlinkSync(project, join(folder, 'link-to-project'));
    expect(load(join(folder, 'link-to-project'))).toMatchObject({ errors: [], cases: [{ vars: { x: 1 } }] });
  });

  test('a folder that links to itself ends in a cycle', () => {
    const project = createProject({ 'a.yaml': scenario('self/a.yaml') });
    symlinkSync('.', join(project, 'self'));
    expect(load(project).errors).toEqual(['a.yaml:2:11 The includes form a cycle | a.yaml -> a.yaml']);
  });

  test.each<[what: string, problem: string, create: (path: string) => void]>([
    ['a file that does not exist', 'no such file', () => undefined],
    ['a symbolic link to nothing', 'no such file', (path) => symlinkSync('nothing', path)],
    ['symbolic links in a circle', 'its symbolic links form a cycle', (path) => symlinkSync('x.yaml', path)],
    ['a folder', 'it is a folder, expected a file', (path) => mkdirSync(path)],
    ['a fifo', 'it is a named pipe, expected a file', (path) => execFileSync('mkfifo', [path])],
    [
      'a huge file',
      'it has 3221225472 bytes; at most 262144 are read',
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, 3 * 2 ** 30);
      },
    ],
  ])('%s is refused at once', (_what, problem, create) => {
    const project = createProject({ 'a.yaml': scenario('x.yaml') });
    create(join(project, 'x.yaml'));
    expect(load(project).errors).toEqual([`a.yaml:2:11 Cannot include x.yaml: ${problem}`]);
  });

  test('a socket is refused at once', async () => {
    const project = createProject({ 'a.yaml': scenario('x.yaml') });
    await new Promise<void>((resolve) => socket.listen(relative(process.cwd(), join(project, 'x.yaml')), resolve));
    expect(load(project).errors).toEqual(['a.yaml:2:11 Cannot include x.yaml: it is a socket, expected a file']);
  });

  test('a device is refused at once', () => {
    const project = createProject({});
    mkdirSync(project);
    const include = relative(project, '/dev/zero');
    writeFileSync(join(project, 'a.yaml'), scenario(include));
    expect(load(project, ['a.yaml'], '/').errors).toEqual([
      `a.yaml:2:11 Cannot include ${include}: it is a device, expected a file`,
    ]);
  });

  test.each(['.env', 'id_rsa', 'credentials.json', 'notes.yaml.bak'])(
    'the file %s is refused, because it is no YAML file, and its content is not printed',
    (name) => {
      const project = createProject({ 'a.yaml': scenario(name, 'link.yaml'), [name]: secret });
      symlinkSync(name, join(project, 'link.yaml'));
      const { errors, printed } = load(project);
      expect(errors).toEqual([
        `a.yaml:2:11 Cannot include ${name}: expected a file whose name ends with .yaml or .yml`,
        expect.stringMatching(
          /^a\.yaml:2:\d+ Cannot include link\.yaml: expected a file whose name ends with \.yaml or \.yml$/,
        ),
      ]);
      expect(printed).not.toContain(secret);
    },
  );

  test('a name with a NUL character or with too many characters is refused', () => {
    const long = `${'x'.repeat(5000)}.yaml`;
    const { errors } = load(createProject({ 'a.yaml': scenario('a\0b.yaml', long) }));
    expect(errors).toEqual([
      expect.stringMatching(/^a\.yaml:2:11 Cannot include .*: its name is invalid$/),
      expect.stringMatching(/^a\.yaml:2:\d+ Cannot include x{40,200}….*: its name is too long$/),
    ]);
  });
});

describe('a file that is named on the command line', () => {
  test('may be outside of the project root, but what it includes must be inside', () => {
    const project = createProject({
      'a.yaml': scenario('b.yaml'),
      'b.yaml': 'vars: {}\n',
      'c.yaml': 'id: c\nsteps: [reload]\n',
    });
    const { cases, errors } = load(foreign, [join(project, 'a.yaml'), join(project, 'c.yaml')]);
    expect(cases.map(({ id }) => id)).toEqual(['c']);
    expect(errors).toEqual([
      expect.stringContaining(`Cannot include b.yaml: it is outside of the project root ${foreign}`),
    ]);
  });

  test.each<[what: string, problem: string, create: (path: string) => void]>([
    ['a fifo', 'it is a named pipe, expected a file or a folder', (path) => execFileSync('mkfifo', [path])],
    ['a device', 'it is a device, expected a file or a folder', (path) => symlinkSync('/dev/zero', path)],
    [
      'a huge file',
      'it has 3221225472 bytes; at most 262144 are read',
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, 3 * 2 ** 30);
      },
    ],
  ])('is refused if it is %s', (_what, problem, create) => {
    const project = createProject({ 'a.yaml': scenario() });
    create(join(project, 'x.yaml'));
    expect(load(project, ['x.yaml']).errors).toEqual([`x.yaml:1:1 Cannot read x.yaml: ${problem}`]);
  });
});

describe('files that multiply', () => {
  test('by including the same files again and again are refused', () => {
    const levels = Object.fromEntries(
      Array.from({ length: 25 }, (_, level) => [`${level}.yaml`, `include: [${level + 1}.yaml, ${level + 1}.yaml]\n`]),
    );
    const { cases, errors } = load(createProject({ 'a.yaml': scenario('0.yaml'), ...levels, '25.yaml': 'vars: {}\n' }));
    expect(cases).toEqual([]);
    expect(errors).toEqual(['17.yaml:1:1 Cannot include more than 500 files, counting repeated ones']);
  });

  test('by a long chain of includes are refused', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`${index}.yaml`, `include: [${index + 1}.yaml]\n`]),
    );
    const { cases, errors } = load(createProject({ 'a.yaml': scenario('0.yaml'), ...chain, '60.yaml': 'vars: {}\n' }));
    expect(cases).toEqual([]);
    expect(errors).toEqual(['29.yaml:1:11 Cannot include 30.yaml: includes are nested more than 30 deep']);
  });

  /** About 10 000 values in the variable `name`. */
  const manyValues = (name: string) =>
    `vars: { ${name}0: &${name} [${'1,'.repeat(100)}], ${name}: [${`*${name},`.repeat(99)}] }\n`;

  test('by aliases in an included file are refused at their place', () => {
    const bomb = Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`);
    const text = ['a0: &a0 [x]', ...bomb].join('\n');
    expect(load(createProject({ 'a.yaml': scenario('b.yaml'), 'b.yaml': text })).errors).toEqual([
      'b.yaml:1:1 The file has more than 20000 values: check whether its aliases multiply',
    ]);
  });

  test('by includes that are large together are refused', () => {
    const parts = Object.fromEntries(['x', 'y', 'z'].map((name) => [`${name}.yaml`, manyValues(name)]));
    expect(load(createProject({ 'a.yaml': scenario('x.yaml', 'y.yaml', 'z.yaml'), ...parts })).errors).toEqual([
      'a.yaml:1:1 The file and its includes have more than 20000 values',
    ]);
  });

  const manyCases = Array.from({ length: 400 }, (_, index) => `{ id: c${index} }`).join(', ');

  test.each([
    ['that inherit large parts', manyValues('x')],
    ['whose references multiply', `vars: { t: [${'1,'.repeat(100)}], u: [${`"\${vars.t}",`.repeat(100)}] }\n`],
  ])('by many cases %s are refused', (_what, shared) => {
    const text = `id: a\ninclude: [x.yaml]\nsteps: [reload]\ncases: [${manyCases}]\n`;
    const { cases, errors } = load(createProject({ 'a.yaml': text, 'x.yaml': shared }));
    expect(cases).toEqual([]);
    expect(errors).toEqual(['a.yaml:1:1 The cases of the file have more than 2000000 values together']);
  });
});
