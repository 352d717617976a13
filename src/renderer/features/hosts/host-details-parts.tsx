import type { ConfiguredHost, Host, Proxy } from '../../../shared/contract/hosts.ts'
import { Button } from '../../ui/button.tsx'
import { Tag } from '../../ui/tag.tsx'
import ui from '../../ui/text.module.css'
import css from './hosts.module.css'
import type { HostActions } from './host-actions.ts'

/** The rows for a proxy and for agent forwarding, where a host has them. */
export function RouteRows({ host, proxy }: { readonly host: Host; readonly proxy: Proxy | null }) {
  return (
    <>
      {proxy && (
        <>
          <dt>Proxy</dt>
          <dd className={ui['mono']}>
            {proxy.kind} {proxy.address}:{proxy.port}
          </dd>
        </>
      )}
      {host.forwardAgent && (
        <>
          <dt>Agent forwarding</dt>
          <dd>
            <Tag tone="warn">on</Tag>
          </dd>
        </>
      )}
    </>
  )
}

/** Where a host of the config comes from, and which of its options Hawser ignores. */
export function ConfigPart({
  config,
  onOpen,
}: {
  readonly config: ConfiguredHost
  readonly onOpen: HostActions['openConfig']
}) {
  const { name, path, line, proxyCommand, ignoredOptions, problem, unsure } = config
  return (
    <section aria-label={`Config of ${name}`} className={css['config']}>
      <h3 className={css['part']}>SSH config</h3>
      <p className={css['hint']}>
        <span className={ui['mono']}>
          {path}:{line}
        </span>
      </p>
      <Button small onClick={() => onOpen(path, line)}>
        Open file
      </Button>
      {problem && (
        <p className={ui['error']} role="alert">
          Line {problem.line}: {problem.text}. ssh rejects this line too.
        </p>
      )}
      {problem && (
        <Button small onClick={() => onOpen(problem.path, problem.line)}>
          Open SSH config at line {problem.line}
        </Button>
      )}
      {proxyCommand !== null && (
        <p className={css['hint']}>
          Proxy command: <span className={ui['mono']}>{proxyCommand}</span>
        </p>
      )}
      {unsure && (
        <p className={css['hint']}>Some options depend on a “Match exec” command that runs when you connect.</p>
      )}
      {ignoredOptions.length > 0 && (
        <>
          <h4 className={css['hint']}>Ignored options</h4>
          <ul className={css['notes']} aria-label="Ignored options">
            {ignoredOptions.map(note => (
              <li key={`${note.path}:${note.line}`} title={note.path}>
                Line {note.line}: {note.text}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
