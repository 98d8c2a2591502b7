/** Whether anybody awaits reports: whoever has to look for them looks only then, and whoever sends waits until it is looked. */
export class Attention {
  #attending = 0;
  /** Tells whoever waits in `wanted`. */
  #notice: () => void = () => undefined;
  #begin: () => void = () => undefined;
  #begun: Promise<void> = this.#unbegun();

  get isPaid(): boolean {
    return this.#attending > 0;
  }

  /** Resolves when it is looked for reports. */
  get ready(): Promise<void> {
    return this.#begun;
  }

  /** Reports are awaited until the returned function is called. */
  pay(): () => void {
    this.#attending += 1;
    this.#notice();
    return () => {
      this.#attending -= 1;
    };
  }

  /** Nobody is ready any more, until the next `wanted`. */
  rest(): void {
    this.#begun = this.#unbegun();
  }

  /** Resolves when reports are awaited; from then on those who send are let through. */
  async wanted(): Promise<void> {
    if (!this.isPaid)
      await new Promise<void>((resolve) => {
        this.#notice = resolve;
      });
    this.#begin();
  }

  /** It is over: whoever waits to send is let through. */
  end(): void {
    this.#begin();
  }

  #unbegun(): Promise<void> {
    return new Promise((resolve) => {
      this.#begin = resolve;
    });
  }
}
