// Which of other people's programs this machine has.
import { execFileSync } from 'node:child_process'

export const has = (command: string): boolean => {
  try {
    // mosquitto lies where only root looks.
    execFileSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin; command -v ${command}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
