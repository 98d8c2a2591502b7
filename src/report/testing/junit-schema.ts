/** The elements and attributes that the schema of Jenkins' xUnit plugin (junit-10.xsd) allows in a JUnit file. */

interface ElementRule {
  required?: readonly string[];
  attributes?: readonly string[];
  children?: readonly string[];
  mayHaveText?: true;
}

const outcome: ElementRule = { attributes: ['type', 'message'], mayHaveText: true };
const rerun: ElementRule = {
  required: ['type'],
  attributes: ['message'],
  children: ['stackTrace', 'system-out', 'system-err'],
  mayHaveText: true,
};
const textOnly: ElementRule = { mayHaveText: true };

const rules: Readonly<Record<string, ElementRule>> = {
  testsuites: { attributes: ['name', 'time', 'tests', 'failures', 'errors'], children: ['testsuite'] },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    attributes: ['group', 'time', 'skipped', 'timestamp', 'hostname', 'id', 'package', 'file', 'log', 'url'],
    children: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
  },
  properties: { children: ['property'] },
  property: { required: ['name', 'value'] },
  testcase: {
    required: ['name'],
    attributes: ['time', 'classname', 'group'],
    children: [
      ...['skipped', 'error', 'failure', 'system-out', 'system-err'],
      ...['rerunFailure', 'rerunError', 'flakyFailure', 'flakyError'],
    ],
  },
  skipped: outcome,
  error: outcome,
  failure: outcome,
  rerunFailure: rerun,
  rerunError: rerun,
  flakyFailure: rerun,
  flakyError: rerun,
  stackTrace: textOnly,
  'system-out': textOnly,
  'system-err': textOnly,
};

/** Returns what the schema does not allow. `xml` must be well formed. */
export function findJunitProblems(xml: string): string[] {
  const problems: string[] = [];
  const open: string[] = [];
  const body = xml.replace(/^<\?xml[^>]*\?>/, '');
  for (const [, closing, name = '', attributes = '', empty, text = ''] of body.matchAll(
    /<(\/?)([\w-]+)((?:\s+[\w-]+="[^"]*")*)\s*(\/?)>([^<]*)/g,
  )) {
    if (closing) open.pop();
    else {
      problems.push(...problemsOfElement(name, attributes, open.at(-1)));
      if (!empty) open.push(name);
    }
    const around = open.at(-1);
    if (text.trim() !== '' && !(around !== undefined && rules[around]?.mayHaveText))
      problems.push(`Text in ${around ?? 'the document'}: ${text.trim()}`);
  }
  return problems;
}

function problemsOfElement(name: string, text: string, parent: string | undefined): string[] {
  const rule = rules[name];
  if (!rule) return [`Unknown element ${name}`];
  const { required = [], attributes = [] } = rule;
  const found = [...text.matchAll(/([\w-]+)="/g)].map(([, attribute = '']) => attribute);
  const isInPlace = parent === undefined ? name === 'testsuites' : rules[parent]?.children?.includes(name);
  return [
    ...(isInPlace ? [] : [`${name} in ${parent ?? 'the document'}`]),
    ...required.filter((one) => !found.includes(one)).map((one) => `${name} without ${one}`),
    ...found.filter((one) => ![...required, ...attributes].includes(one)).map((one) => `${name} with ${one}`),
  ];
}
