/** What a step of a site file expects the page to have: elements, texts and paths. */
import type { PageLocator } from '../language/schema/locator.ts';
import type { PageCondition, SiteCall } from '../language/site-definition.ts';

export type ExpectedPart =
  | { kind: 'element'; target: PageLocator }
  /** A path that the page should be at. */
  | { kind: 'path'; pattern: string };

const element = (target: PageLocator): ExpectedPart => ({ kind: 'element', target });
const path = (pattern: string): ExpectedPart => ({ kind: 'path', pattern });

/** Returns what the step itself expects, without the steps inside it. */
export function expectedParts({ keyword, args }: SiteCall): ExpectedPart[] {
  switch (keyword) {
    case 'when':
      return conditionParts(args);
    case 'first-of':
      return args.flatMap(conditionParts);
    case 'press':
      return typeof args === 'string' ? [] : [element(args)];
    case 'wait-for':
      return 'at' in args ? [path(args.at)] : [element(args)];
    case 'see':
      return [args].flat().map((part) => element(typeof part === 'string' ? { text: part } : part));
    case 'click':
    case 'fill':
    case 'select':
    case 'check':
    case 'read':
      return [element(args)];
    default:
      return [];
  }
}

const conditionParts = ({ visible, at }: PageCondition): ExpectedPart[] => [
  ...(visible === undefined ? [] : [element(typeof visible === 'string' ? { text: visible } : visible)]),
  ...(at === undefined ? [] : [path(at)]),
];
