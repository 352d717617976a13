import { basename } from 'node:path'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { chooseEditor, type EditorComputer } from './choose-editor.ts'
import { execWords, readDesktopEntry } from './desktop-entry.ts'

const endings = (
  'bat cmd com exe msi ps1 psm1 vbs vbe js jse wsf wsh hta scr pif lnk url cpl reg jar jnlp app command terminal tool ' +
  'workflow inetloc fileloc webloc scpt applescript action pkg mpkg dmg desktop sh bash zsh fish csh run bin appimage py ' +
  'pyw rb pl php html htm svg xml md pdf docm xlsm ipynb lua tcl iso'
).split(' ')

interface Machine {
  readonly platform: NodeJS.Platform
  readonly programs: readonly string[]
  readonly answer?: string
  readonly files?: Readonly<Record<string, string>>
}

function computer({ platform, programs, answer = '', files = {} }: Machine): EditorComputer {
  const windows = platform === 'win32'
  return {
    platform,
    env: windows ? { Path: 'relative;C:\\Tools', SystemRoot: 'C:\\Windows' } : { PATH: '.:/usr/bin' },
    home: '/home/ann',
    isProgram: path => Promise.resolve(programs.includes(path)),
    readText: path => Promise.resolve(files[path] ?? null),
    ask: () => Promise.resolve(answer),
  }
}

const gedit =
  '[Desktop Entry]\nType=Application\nExec=gedit --new-window %U\nCategories=GNOME;TextEditor;\n[Desktop Action x]\nExec=other\n'
const linux: Machine = {
  platform: 'linux',
  programs: ['/usr/bin/xdg-mime', '/usr/bin/gedit', './gedit'],
  answer: 'org.gnome.gedit.desktop\n',
  files: { '/usr/share/applications/org.gnome.gedit.desktop': gedit },
}
const machines: readonly Machine[] = [linux, { platform: 'darwin', programs: [] }, { platform: 'win32', programs: [] }]

test('a file of any type is opened by the text editor of the system, never by the program of its type', async () => {
  expect(endings.length).toBeGreaterThanOrEqual(60)
  for (const machine of machines) {
    for (const ending of endings) {
      const path = machine.platform === 'win32' ? `C:\\data\\x.${ending}` : `/data/x.${ending}`
      const launch = await chooseEditor(path, '', computer(machine))
      const wanted = {
        linux: { program: '/usr/bin/gedit', args: ['--new-window', path] },
        darwin: { program: '/usr/bin/open', args: ['-t', path] },
        win32: { program: 'C:\\Windows\\System32\\notepad.exe', args: [path] },
      }[machine.platform as 'linux' | 'darwin' | 'win32']
      expect(launch).toEqual(wanted)
    }
  }
})

test('a browser assigned to plain text is not mistaken for a text editor', async () => {
  const firefox = '[Desktop Entry]\nType=Application\nExec=/usr/bin/firefox %u\nCategories=Network;WebBrowser;\n'
  const machine: Machine = {
    platform: 'linux',
    programs: ['/usr/bin/xdg-mime', '/usr/bin/firefox', '/usr/bin/mousepad'],
    answer: 'firefox.desktop',
    files: { '/usr/share/applications/firefox.desktop': firefox },
  }
  expect(await chooseEditor('/data/x.html', '', computer(machine))).toEqual({
    program: '/usr/bin/mousepad',
    args: ['/data/x.html'],
  })
})

test('an editor that needs a terminal is skipped, and without another one a sentence says where to choose one', async () => {
  const vim = '[Desktop Entry]\nType=Application\nTerminal=true\nExec=vim %F\nCategories=Utility;TextEditor;\n'
  const machine: Machine = {
    platform: 'linux',
    programs: ['/usr/bin/xdg-mime', '/usr/bin/vim'],
    answer: 'vim.desktop',
    files: { '/usr/share/applications/vim.desktop': vim },
  }
  await expect(chooseEditor('/data/x', '', computer(machine))).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('Settings > Files') as string,
  })
})

test.each(['../../tmp/x.desktop', '/tmp/x.desktop', 'x.desktop/..', '-x.desktop'])(
  'the name %s leads to no desktop entry outside of the folders for them',
  async answer => {
    const machine: Machine = { platform: 'linux', programs: ['/usr/bin/xdg-mime', '/usr/bin/kate'], answer }
    expect((await chooseEditor('/data/x', '', computer(machine))).program).toBe('/usr/bin/kate')
  },
)

test('a user’s own editor gets the path last, or at its placeholder', async () => {
  const machine: Machine = { platform: 'linux', programs: ['/usr/bin/subl', '/opt/my editor/run'] }
  const path = "/data/a b'; touch x #.sh"
  expect(await chooseEditor(path, 'subl -n', computer(machine))).toEqual({
    program: '/usr/bin/subl',
    args: ['-n', path],
  })
  await expect(chooseEditor(path, 'subl -c "vim {file}"', computer(machine))).rejects.toMatchObject({
    code: 'invalid-input',
  })
  expect(await chooseEditor(path, '"/opt/my editor/run" --open={file} --wait', computer(machine))).toEqual({
    program: '/opt/my editor/run',
    args: [`--open=${path}`, '--wait'],
  })
})

test('the path of an editor may contain spaces without quotation marks', async () => {
  const machine: Machine = { platform: 'win32', programs: ['C:\\Program Files\\np.exe'] }
  expect(await chooseEditor('C:\\x', 'C:\\Program Files\\np.exe', computer(machine))).toEqual({
    program: 'C:\\Program Files\\np.exe',
    args: ['C:\\x'],
  })
})

test.each(['missing', './run', 'sub/run', "'open"])(
  'the command %s names no program that can be started',
  async command => {
    await expect(chooseEditor('/data/x', command, computer(linux))).rejects.toThrow(/Settings/)
  },
)

test('on Windows a program is found with its extension, and a batch file runs in cmd.exe with every word quoted', async () => {
  const machine: Machine = {
    platform: 'win32',
    programs: ['C:\\Tools\\code.cmd', 'C:\\Tools\\np.exe', 'relative\\np.exe'],
  }
  expect(await chooseEditor('C:\\data\\x.bat', 'np -multi', computer(machine))).toEqual({
    program: 'C:\\Tools\\np.exe',
    args: ['-multi', 'C:\\data\\x.bat'],
  })
  expect(await chooseEditor('C:\\my data\\x.bat', 'code', computer(machine))).toEqual({
    program: 'C:\\Windows\\System32\\cmd.exe',
    args: ['/d', '/v:off', '/s', '/c', '""C:\\Tools\\code.cmd" "C:\\my data\\x.bat""'],
    verbatim: true,
  })
})

test.each(['%PATH%', 'a&calc', 'a"b', 'a^b', 'a|b', 'a!b!', 'a\nb', '<a>'])(
  'on Windows a batch file is not given %j, which cmd.exe would read',
  async name => {
    const machine: Machine = { platform: 'win32', programs: ['C:\\Tools\\code.CMD', 'C:\\Tools\\code.cmd'] }
    for (const command of ['code', 'code.CMD'])
      await expect(chooseEditor(`C:\\${name}`, command, computer(machine))).rejects.toMatchObject({
        code: 'unsupported',
      })
  },
)

test('an Exec line is parsed as the desktop does, and the path is one word of it whatever it contains', () => {
  expect(execWords('"/opt/my app/run" --class="x" %F', '/a')).toBeNull()
  expect(execWords('"/opt/my app/run" -n %F', '/a b')).toEqual(['/opt/my app/run', '-n', '/a b'])
  expect(execWords('flatpak run --file-forwarding org.x @@u %U @@ %i %c', '/a')).toEqual(
    'flatpak run --file-forwarding org.x @@u /a @@'.split(' '),
  )
  expect(execWords('sh -c "touch x; \\$(y)" 50%% %f', '/a')).toEqual(['sh', '-c', 'touch x; $(y)', '50%', '/a'])
  for (const broken of ['run $(x)', 'run `x`', 'run "open', 'run a;b', 'run a|b', ''])
    expect(execWords(broken, '/a')).toBeNull()
  fc.assert(
    fc.property(fc.string(), path => {
      expect(execWords('edit --x %f', path)).toEqual(['edit', '--x', path])
      expect(execWords('edit --x', path)).toEqual(['edit', '--x', path])
    }),
    { numRuns: runs(200) },
  )
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'%fuU"\\$` \n=[]ab') }), text => {
      readDesktopEntry(text)
      execWords(text, '/a')
    }),
    { numRuns: runs(200) },
  )
})

test('a path is passed unchanged to a command of any words', async () => {
  const machine: Machine = { platform: 'linux', programs: ['/usr/bin/ed'] }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.stringMatching(/^[a-z{}-]{1,6}$/)), fc.string(), async (words, name) => {
      const path = `/data/${name.replaceAll('{file}', '')}`
      const launch = await chooseEditor(path, ['ed', ...words].join(' '), computer(machine))
      expect(basename(launch.program)).toBe('ed')
      expect(launch.args.some(arg => arg.includes(path))).toBe(true)
    }),
    { numRuns: runs(200) },
  )
})
