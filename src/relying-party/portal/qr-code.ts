/** Renders text as a QR code in SVG, black on white. The only file that imports qrcode. */
import { toString as toQrText } from 'qrcode';

export const renderQrCode = (text: string): Promise<string> =>
  toQrText(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 0 });
