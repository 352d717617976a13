// At equal weight the later rule wins, so the sheets of ui come before those of features, whatever a file imports first.
import.meta.glob('./*.module.css', { eager: true })
