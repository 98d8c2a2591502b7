/** The master itself, indented by one space: it is diffed and read by people now and then. */
import { formats, type Renderer } from './renderer.ts';

export const json: Renderer = {
  id: 'json',
  file: formats.json,
  render: (result) => `${JSON.stringify(result, undefined, 1)}\n`,
};
