/** A position in a scenario file. Line and column count from 1; the path is relative to the project. */
export interface SourceLocation {
  file: string;
  line: number;
  column: number;
}
