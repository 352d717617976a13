import css from './preview.module.css'

/** Notes about content that a preview omits. */
export function PreviewNotes({ notes }: { readonly notes: readonly string[] }) {
  return notes.map((note, index) => (
    <p key={index} className={css['more']} role="status">
      {note}
    </p>
  ))
}
