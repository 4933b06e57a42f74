import { addProtocol } from "maplibre-gl";
import { PMTiles, Protocol, type RangeResponse, type Source } from "pmtiles";

/**
 * A PMTiles file by pieces where the server gives pieces, else as a whole, once: many intranet
 * servers know no Range requests.
 */
export class Archive implements Source {
  private whole: Promise<ArrayBuffer> | undefined;

  constructor(private readonly url: string) {}

  getKey(): string {
    return this.url;
  }

  async getBytes(offset: number, length: number, signal?: AbortSignal): Promise<RangeResponse> {
    if (!this.whole) {
      const range = { Range: `bytes=${offset}-${offset + length - 1}` };
      const answer = await fetch(this.url, { headers: range, signal: signal ?? null });
      if (answer.status === 206) return { data: await answer.arrayBuffer() };
      if (!answer.ok) throw new Error(`${this.url}: ${answer.status}`);
      this.whole = answer.arrayBuffer();
    }
    return { data: (await this.whole).slice(offset, offset + length) };
  }
}

/** Let a map read `pmtiles://<url>` out of one archive. */
export function serveArchive(url: string): void {
  const protocol = new Protocol();
  protocol.add(new PMTiles(new Archive(url)));
  addProtocol("pmtiles", protocol.tile);
}
