import { MemoryStorage } from '../../../core/storage/memory.ts'
import { storageContract } from '../../contracts/storage.contract.ts'

storageContract('MemoryStorage', async () => ({ storage: new MemoryStorage(), close: async () => {} }))
