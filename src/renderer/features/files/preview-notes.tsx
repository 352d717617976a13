import css from './preview.module.css'

/** The sentences about what a preview leaves out. */
export function PreviewNotes({ notes }: { readonly notes: readonly string[] }) {
  return notes.map((note, index) => (
    <p key={index} className={css['more']} role="status">
      {note}
    </p>
  ))
}
