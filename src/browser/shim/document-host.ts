/** The interface of the shim's session to the document that sends messages, implemented for a document in a frame of Playwright. */
import type { Frame } from 'playwright';
import { isOriginOf, watchDocument } from './calling-frame.ts';
import { isAllowedByFrames } from './frame-policy.ts';

export interface DocumentHost {
  /** What shows the document. Requests of the same page exclude each other. */
  readonly page: object;
  /** Where the document is, for error messages. */
  readonly address: string;
  /** Returns whether `origin` can be the origin of the document. */
  hasOrigin(origin: string): Promise<boolean>;
  /** Returns whether the permissions policy allows `feature`. `origins`: of the document and its ancestors, the top level last. */
  allows(feature: string, origins: readonly string[]): Promise<boolean>;
  /** Calls `onGone` once the document is gone. The returned function ends the watch. */
  watch(documentId: string, onGone: () => void): () => void;
}

/** Returns the host of the document in `frame`. `binding` is the name of the symbol of the shim in the document. */
export const documentInFrame = (frame: Frame, binding: string): DocumentHost => ({
  get page() {
    return frame.page();
  },
  get address() {
    return frame.url();
  },
  hasOrigin: (origin) => isOriginOf(frame, origin),
  allows: (feature, origins) => isAllowedByFrames(frame, feature, origins),
  watch: (documentId, onGone) => watchDocument(frame, { documentId, binding }, onGone),
});
