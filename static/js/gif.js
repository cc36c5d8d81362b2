// gif.js: pictures as an animated GIF (GIF89a), frame by frame: nothing here depends on the clock.
//
// Drawings have few colours, so one palette serves all frames: the most frequent colours of the
// first pictures, others take the nearest. A frame holds only the box that changed, with what
// stayed the same inside it left transparent, which packs well.

const COLOURS = 256;
const CLEAR = COLOURS - 1; // the palette's last entry: see-through
const bin = (r, g, b) => ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3);

/** The palette [[r, g, b] …] of ``pictures`` (RGBA bytes): their most frequent colours. */
export function paletteOf(pictures) {
  const seen = new Map(); // 15-bit colour → [count, r, g, b of the first]
  for (const rgba of pictures) {
    for (let at = 0; at < rgba.length; at += 4) {
      const name = bin(rgba[at], rgba[at + 1], rgba[at + 2]);
      const entry = seen.get(name);
      if (entry) entry[0]++;
      else seen.set(name, [1, rgba[at], rgba[at + 1], rgba[at + 2]]);
    }
  }
  const common = [...seen.values()].sort((a, b) => b[0] - a[0]).slice(0, CLEAR);
  return common.map(([, r, g, b]) => [r, g, b]);
}

/** A function that names the nearest colour of ``palette`` for r, g, b; it remembers its answers. */
export function nearestIn(palette) {
  const known = new Int16Array(1 << 15).fill(-1);
  return (r, g, b) => {
    const name = bin(r, g, b);
    if (known[name] < 0) {
      let best = Infinity;
      palette.forEach(([pr, pg, pb], n) => {
        const apart = (pr - r) ** 2 + (pg - g) ** 2 + (pb - b) ** 2;
        if (apart < best) [best, known[name]] = [apart, n];
      });
    }
    return known[name];
  };
}

/** A GIF under way: ``add(rgba)`` for each picture, then ``bytes()``. ``delay`` is in 1/100 s. */
export function startGif(width, height, palette, delay) {
  const out = new Bytes();
  const nearest = nearestIn(palette);
  let before = null;
  out.text("GIF89a");
  out.short(width, height);
  out.byte(0xf7, 0, 0); // a palette of 256
  for (let n = 0; n < COLOURS; n++) out.byte(...(palette[n] ?? [0, 0, 0]));
  out.byte(0x21, 0xff, 11);
  out.text("NETSCAPE2.0");
  out.byte(3, 1, 0, 0, 0); // for ever
  return {
    add(rgba) {
      const now = new Uint8Array(width * height);
      const whole = new Uint32Array(rgba.buffer, rgba.byteOffset, now.length);
      for (let n = 0; n < now.length; n++) {
        // most pixels are as their left neighbour
        if (n && whole[n] === whole[n - 1]) now[n] = now[n - 1];
        else now[n] = nearest(rgba[4 * n], rgba[4 * n + 1], rgba[4 * n + 2]);
      }
      const [left, top, right, bottom] = before ? changedBox(before, now, width, height) : [0, 0, width, height];
      const indices = new Uint8Array((right - left) * (bottom - top));
      for (let y = top, to = 0; y < bottom; y++) {
        for (let x = left; x < right; x++, to++) {
          const n = y * width + x;
          indices[to] = before && before[n] === now[n] ? CLEAR : now[n];
        }
      }
      out.byte(0x21, 0xf9, 4, 0x05); // leave what is there; an entry is transparent
      out.short(delay);
      out.byte(CLEAR, 0, 0x2c);
      out.short(left, top, right - left, bottom - top);
      out.byte(0);
      pack(indices, out);
      before = now;
    },
    bytes() {
      out.byte(0x3b);
      return out.all();
    },
  };
}

/** [left, top, right, bottom] of what differs; one pixel where nothing does. */
function changedBox(before, now, width, height) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, n = 0; y < height; y++) {
    for (let x = 0; x < width; x++, n++) {
      if (before[n] === now[n]) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  }
  return right ? [left, top, right, bottom] : [0, 0, 1, 1];
}

const MOST_CODES = 4096;
const next = new Int16Array(MOST_CODES * 256); // code and byte → longer code; 0 is none
/** LZW of 8-bit ``indices`` as GIF wants it, in blocks of at most 255 bytes. */
function pack(indices, out) {
  const [clear, end] = [256, 257];
  next.fill(0);
  let [size, count] = [9, end + 1];
  let [held, bits] = [0, 0];
  let block = [];
  const flush = () => {
    if (block.length) out.byte(block.length, ...block);
    block = [];
  };
  const write = (code) => {
    held |= code << bits;
    bits += size;
    while (bits >= 8) {
      block.push(held & 255);
      if (block.length === 255) flush();
      held >>>= 8;
      bits -= 8;
    }
  };
  out.byte(8);
  write(clear);
  let code = indices[0];
  for (let n = 1; n < indices.length; n++) {
    const at = code * 256 + indices[n];
    if (next[at]) {
      code = next[at];
      continue;
    }
    write(code);
    code = indices[n];
    if (count === MOST_CODES) {
      write(clear);
      next.fill(0);
      [size, count] = [9, end + 1];
      continue;
    }
    if (count === 1 << size) size++;
    next[at] = count++;
  }
  write(code);
  write(end);
  if (bits) block.push(held & 255);
  flush();
  out.byte(0);
}

/** Bytes that grow. */
class Bytes {
  #store = new Uint8Array(1 << 16);
  #length = 0;
  byte(...values) {
    while (this.#length + values.length > this.#store.length) {
      const larger = new Uint8Array(2 * this.#store.length);
      larger.set(this.#store);
      this.#store = larger;
    }
    this.#store.set(values, this.#length);
    this.#length += values.length;
  }
  short(...values) {
    for (const value of values) this.byte(value & 255, value >> 8);
  }
  text(text) {
    this.byte(...[...text].map((letter) => letter.charCodeAt(0)));
  }
  all() {
    return this.#store.slice(0, this.#length);
  }
}
