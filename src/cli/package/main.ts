/** `npm pack` runs this first: builds `dist`. */
import { resolve } from 'node:path';
import { buildPackage } from './build-package.ts';

await buildPackage(resolve(import.meta.dirname, '../../..'));
