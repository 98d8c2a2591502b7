/** Finds dialogs in recorded trees of browser windows. Skipped without Python, which reads the trees. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** A node of the accessibility tree: role, name, children. */
type Node = readonly [role: string, name: string, ...children: Node[]];

const python = '/usr/bin/python3';
const hasPython = spawnSync(python, ['--version']).status === 0;

/** Calls the functions of the reader with nodes made from JSON. */
const script = `
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from browser_dialogs import DIALOGS, has_tool_bar

class Node:
    def __init__(self, role, name, *parts):
        self.role, self.name, self.parts = role, name, [Node(*part) for part in parts]
    def get_role_name(self): return self.role
    def get_name(self): return self.name
    def get_child_count(self): return len(self.parts)
    def get_child_at_index(self, index): return self.parts[index]

frame = Node(*json.loads(sys.argv[3]))
print(json.dumps({"titles": [title for _, title in DIALOGS[sys.argv[2]](frame)], "toolBar": has_tool_bar(frame)}))
`;

function read(browser: 'Chromium' | 'Firefox', frame: Node): { titles: string[]; toolBar: boolean } {
  const args = ['-c', script, import.meta.dirname, browser, JSON.stringify(frame)];
  return JSON.parse(execFileSync(python, args, { encoding: 'utf8' })) as { titles: string[]; toolBar: boolean };
}

const pinPrompt = (role: string): Node => [
  'internal frame',
  '',
  [
    role,
    'The page at http://localhost:42591 says:',
    ['section', '', ['section', '', ['label', 'Please enter the PIN for your device.']]],
    ['push button', 'Cancel'],
    ['push button', 'Sign in'],
  ],
];
const page: Node = ['internal frame', '', ['document web', '', ['push button', 'Save'], ['label', 'Name']]];
const firefoxWindow = (...beside: Node[]): Node => [
  'frame',
  'Mozilla Firefox',
  ['tool bar', 'Browser tabs', ['push button', 'List all tabs']],
  ['panel', '', ['scroll pane', '', page, ...beside]],
  ['alert', ''],
];

describe.runIf(hasPython)('the reader', () => {
  it.each(['dialog', 'panel'])('finds the PIN prompt of Firefox when it has the role %s', (role) => {
    expect(read('Firefox', firefoxWindow(pinPrompt(role)))).toEqual({
      titles: ['Please enter the PIN for your device.'],
      toolBar: true,
    });
  });

  it('finds a popup of Firefox, which is a child of the window', () => {
    const popup: Node = ['alert', '', ['label', 'Touch your security key to continue with localhost.']];
    expect(read('Firefox', [...firefoxWindow(), popup]).titles).toEqual([
      'Touch your security key to continue with localhost.',
    ]);
  });

  it('finds no dialog in a window of Firefox without one, also if the page has buttons and labels', () => {
    expect(read('Firefox', firefoxWindow()).titles).toEqual([]);
  });

  it('finds the dialog of Chromium, whose window has its title', () => {
    const dialog: Node = ['dialog', 'PIN required', ['label', 'Enter the PIN']];
    expect(read('Chromium', ['frame', 'PIN required', dialog]).titles).toContain('PIN required');
    expect(read('Chromium', ['frame', 'Contoso - Chromium', ['tool bar', '']])).toEqual({ titles: [], toolBar: true });
  });
});
