import { textLinks } from './text-links.ts'

/** A server's text, with its web addresses as links. */
export function LinkedText({ text, open }: { readonly text: string; readonly open: (address: string) => void }) {
  return textLinks(text).map((piece, index) => {
    const { address } = piece
    if (address === null) return <span key={index}>{piece.text}</span>
    return (
      <a
        key={index}
        href={address}
        onClick={event => {
          event.preventDefault()
          open(address)
        }}
      >
        {piece.text}
      </a>
    )
  })
}
