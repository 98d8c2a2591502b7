/** The only door to qrcode: text as a QR code in SVG, black on white. */
import { toString as toQrText } from 'qrcode';

export const qrSvg = (text: string): Promise<string> =>
  toQrText(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 0 });
