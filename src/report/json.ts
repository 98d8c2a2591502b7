/** The master file `result.json`: the run's result as JSON, indented by one space so that it can be read and compared. */
import type { Renderer } from './renderer.ts';

export const renderJson: Renderer = (result) => `${JSON.stringify(result, undefined, 1)}\n`;
